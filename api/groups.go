package api

import (
	"context"
	"net/url"
)

// ListGroupId lists the ids of an instance's groups, with which its devices' client ids begin. The
// vendor bills each call as one message.
func (c *Client) ListGroupId(ctx context.Context, instanceID string) ([]string, error) {
	var answer struct {
		reply
		Data []struct {
			GroupID string `json:"GroupId"`
		}
	}
	params := url.Values{"InstanceId": {instanceID}} // not MqttInstanceId as in other operations
	if err := c.call(ctx, listGroupID, params, &answer); err != nil {
		return nil, err
	}
	if answer.Data == nil {
		return nil, missingField(c.about(listGroupID, params), &answer, "Data")
	}
	ids := make([]string, len(answer.Data))
	for i, group := range answer.Data {
		ids[i] = group.GroupID
	}
	return ids, nil
}
