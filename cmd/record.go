package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// With --json standard error is JSON lines. Each is an object with a type and a message; the
// last of a run that failed is a [failure].

// A remark is a line of type warning or note.
type remark struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// A stepRecord is the line of a step that begins.
type stepRecord struct {
	remark
	Step string `json:"step"`
}

// A retryRecord is the line of a request that will be sent again.
type retryRecord struct {
	remark
	Operation    string  `json:"operation"`
	PauseSeconds float64 `json:"pause_seconds"`
}

// A requestRecord is the line of a request that has ended.
type requestRecord struct {
	remark
	Operation       string     `json:"operation"`
	Parameters      url.Values `json:"parameters"`
	HTTPStatus      number     `json:"http_status"`
	Code            text       `json:"code"`
	RequestID       text       `json:"request_id"`
	DurationSeconds float64    `json:"duration_seconds"`
	Reused          bool       `json:"connection_reused"`
}

func (c *console) record(object any) {
	var line bytes.Buffer
	data, _ := encode(object)
	json.Compact(&line, data)
	fmt.Fprintln(c.err, line.String())
}

// inSeconds is a duration to the millisecond.
func inSeconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
