package emulator

import (
	"encoding/json"
	"maps"
	"slices"
)

// instance returns the id that a call names, if it exists and belongs to the caller.
func (s *Service) instance(c *call) (string, *refusal) {
	id, refused := c.parameters.required("MqttInstanceId")
	if refused != nil {
		return "", refused
	}
	owner, ok := s.owners[id]
	if !ok {
		return "", refuse(mqttInstanceNotFound)
	}
	if owner != c.credential.Account {
		return "", refuse(mqttOwnerCheckError)
	}
	return id, nil
}

// emulatedRegion is the region of all instances. No real region has this name.
const emulatedRegion = "cn-emulated"

// instanceVO has the fields of an instance, by the vendor's reference page of ListInstances.
type instanceVO struct {
	InstanceID     string `json:"InstanceId" xml:"InstanceId"`
	InstanceName   string
	InstanceStatus number
	InstanceType   number
	RegionID       string `json:"RegionId" xml:"RegionId"`
	KernelVersion  string
	CreateTime     number
	ExpireTime     number
}

// instancesAnswer reports success in the fields of a refusal, as on the vendor's reference page.
type instancesAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	Code      string
	Message   string
	Success   string
	Instances []instanceVO
}

// listInstances is ListInstances: the instances of the caller's account.
//
// Invented: the order, by id; no instance has a tag, so a filter by tags finds none; all fields of an instance but its id.
func (s *Service) listInstances(c *call) (any, *refusal) {
	var tags []struct{ Key, Value string }
	if text := c.parameters.value("Tags"); text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		return nil, refuseParameter("Tags")
	}
	answer := instancesAnswer{c.requestID, "200", "operation success.", "true", []instanceVO{}}
	for _, id := range slices.Sorted(maps.Keys(s.owners)) {
		if s.owners[id] == c.credential.Account && len(tags) == 0 {
			answer.Instances = append(answer.Instances, s.options.instance(id))
		}
	}
	return answer, nil
}

// Values of the vendor's reference page of ListInstances.
const (
	instanceInService = 5
	instancePlatinum  = 1
)

func (o Options) instance(id string) instanceVO {
	return instanceVO{
		InstanceID:     id,
		InstanceName:   o.text(id),
		InstanceStatus: o.number(instanceInService),
		InstanceType:   o.number(instancePlatinum),
		RegionID:       emulatedRegion,
		KernelVersion:  "V3.3.0",
		CreateTime:     o.number(1739345768000),
		ExpireTime:     o.number(4102444800000), // 2100
	}
}
