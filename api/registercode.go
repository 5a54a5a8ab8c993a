package api

import (
	"context"
	"net/url"

	"mqttca/api/wire"
)

// A RegisterCode is what the service wants to find as the subject CN of the
// verification certificate: a UUID with digits behind it, about 46 characters.
type RegisterCode struct {
	Code      string
	RequestID string
}

// GetRegisterCode fetches the registration code of an instance. It need not be a
// harmless read: a new code may replace the last one, or serve only once, so ask
// for one only when it will be used.
func (c *Client) GetRegisterCode(ctx context.Context, instanceID string) (RegisterCode, error) {
	var answer struct {
		reply
		RegisterCode string
	}
	params := url.Values{"MqttInstanceId": {instanceID}}
	if err := c.call(ctx, getRegisterCode, params, &answer); err != nil {
		return RegisterCode{}, err
	}
	if answer.RegisterCode == "" {
		return RegisterCode{}, c.lacks(getRegisterCode, instanceID, &answer, "RegisterCode")
	}
	return RegisterCode{answer.RegisterCode, wire.Shortened(answer.RequestID)}, nil
}
