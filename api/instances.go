package api

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"mqttca/api/wire"
)

// An Instance is an instance of the account in the region of the endpoint.
type Instance struct {
	InstanceID   string
	InstanceName string
	RegionID     string
	Type         string    // the edition in words, "unknown" if the vendor's pages do not name its number
	Status       string    // in words, like Type
	Created      time.Time // zero if the service gives none
	Expires      time.Time // zero if the service gives none
}

// The words for the numbers of InstanceStatus and InstanceType, by the vendor's reference page of
// ListInstances.
var (
	instanceStatuses = map[wire.Text]string{
		"0": "preparing", "1": "not activated", "2": "overdue", "3": "overdue beyond grace", "5": "in service", "7": "upgrading", "10": "released", "15": "frozen",
	}
	instanceTypes = map[wire.Text]string{
		"0": "basic", "1": "platinum", "2": "pay-as-you-go", "3": "prepaid lite", "4": "professional", "5": "serverless",
	}
)

// ListInstances lists the instances of the account in the region of the endpoint. The answer has no
// pages: it may have 10,000 instances.
func (c *Client) ListInstances(ctx context.Context) ([]Instance, error) {
	var answer struct {
		reply
		Instances []instanceVO
	}
	answer.maxValues = 200_000
	err := c.callFor(ctx, listInstances, url.Values{}, &answer, "Instances", func() bool { return answer.Instances != nil })
	instances := make([]Instance, 0, len(answer.Instances))
	for _, vo := range answer.Instances {
		instances = append(instances, vo.instance())
	}
	return instances, err
}

// instanceVO is the wire form.
type instanceVO struct {
	InstanceID     string `json:"InstanceId"`
	InstanceName   string
	RegionID       string    `json:"RegionId"`
	InstanceStatus wire.Text // a number
	InstanceType   wire.Text // a number
	CreateTime     wire.Number
	ExpireTime     wire.Number
}

func (vo instanceVO) instance() Instance {
	return Instance{
		InstanceID: vo.InstanceID, InstanceName: vo.InstanceName, RegionID: vo.RegionID,
		Type: cmp.Or(instanceTypes[vo.InstanceType], "unknown"), Status: cmp.Or(instanceStatuses[vo.InstanceStatus], "unknown"),
		Created: vo.CreateTime.Milliseconds(), Expires: vo.ExpireTime.Milliseconds(),
	}
}

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
	err := c.callFor(ctx, listGroupID, params, &answer, "Data", func() bool { return answer.Data != nil })
	ids := make([]string, len(answer.Data))
	for i, group := range answer.Data {
		ids[i] = group.GroupID
	}
	return ids, err
}

// A Caller is the identity behind credentials, as reported by STS.
type Caller struct {
	AccountID string // of the identity's account
	Type      string // Account, RAMUser or AssumedRoleUser
	ARN       string
}

// GetCallerIdentity asks STS for the owner of the client's credentials. The client must have an
// endpoint of STS; see [Endpoint.STS].
func (c *Client) GetCallerIdentity(ctx context.Context) (Caller, error) {
	var answer struct {
		reply
		AccountID    string `json:"AccountId"`
		IdentityType string
		Arn          string
	}
	err := c.callFor(ctx, getCallerIdentity, url.Values{}, &answer, "AccountId", func() bool { return answer.AccountID != "" })
	return Caller{answer.AccountID, answer.IdentityType, answer.Arn}, err
}
