package cmd

import (
	"time"

	"mqttca/cmd/workflow"
)

// soonExpiring is when the end of a certificate begins to stand out.
const soonExpiring = 30 * 24 * time.Hour

// expiryTone is that of the end of the validity.
func (d certificateDocument) expiryTone(now time.Time) tone {
	end, known := d.expires()
	switch {
	case known && end.Before(now):
		return red
	case !known || end.Before(now.Add(soonExpiring)):
		return yellow
	}
	return untoned
}

func (d certificateDocument) stateTone() tone {
	if d.Active {
		return green
	}
	return yellow
}

// outcomeTone tells what is well now from what is not there, or is a trial only.
func outcomeTone(outcome workflow.Outcome) tone {
	switch outcome {
	case workflow.Deactivated, workflow.AlreadyInactive, workflow.WouldRegister, workflow.WouldReactivate:
		return yellow
	}
	return green
}

// severityTone is that of a finding and of a probe.
func severityTone(severity string) tone {
	switch severity {
	case stateError:
		return alarm
	case stateWarning:
		return yellow
	case stateOK:
		return green
	}
	return untoned
}
