package cmd

import (
	"time"

	"mqttca/cmd/terminal"

	"mqttca/cmd/workflow"
)

// soonExpiring is when the end of a certificate begins to stand out.
const soonExpiring = 30 * 24 * time.Hour

// expiryTone is that of the end of the validity.
func (d certificateDocument) expiryTone(now time.Time) terminal.Tone {
	end, known := d.expires()
	switch {
	case known && end.Before(now):
		return terminal.Red
	case !known || end.Before(now.Add(soonExpiring)):
		return terminal.Yellow
	}
	return terminal.Plain
}

func (d certificateDocument) stateTone() terminal.Tone {
	if d.Active {
		return terminal.Green
	}
	return terminal.Yellow
}

// outcomeTone tells what is well now from what is not there, or is a trial only.
func outcomeTone(outcome workflow.Outcome) terminal.Tone {
	switch outcome {
	case workflow.Deactivated, workflow.AlreadyInactive, workflow.WouldRegister, workflow.WouldReactivate:
		return terminal.Yellow
	}
	return terminal.Green
}

// severityTone is that of a finding and of a probe.
func severityTone(severity string) terminal.Tone {
	switch severity {
	case stateError:
		return terminal.Alarm
	case stateWarning:
		return terminal.Yellow
	case stateOK:
		return terminal.Green
	}
	return terminal.Plain
}
