package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// scope names the instances whose CAs share the instance's scope of serial numbers.
func (s *Service) scope(id string) string {
	return map[SnScope]string{ScopeInstance: id, ScopeRegion: s.instances[id].region}[s.options.SnScope]
}

// An instanceVO is an instance, with the fields and types of the vendor's SDKs.
type instanceVO struct {
	InstanceID                                           string `json:"InstanceId" xml:"InstanceId"`
	RegionID                                             string `json:"RegionId" xml:"RegionId"`
	OrderID                                              string `json:"OrderId" xml:"OrderId"`
	InstanceName, KernelVersion, Specific                string // Specific is of a professional instance only
	MqttTags                                             []instanceTag
	InstanceStatus, InstanceType, CreateTime, ExpireTime any
}

type instanceTag struct{ TagKey, TagValue string }

// listInstances is ListInstances: the instances of the caller's account. It reports success in the
// fields of a refusal, as on the vendor's page.
// Invented: instances.
func (s *Service) listInstances(c *call) (answer, *refusal) {
	var tags []struct{ Key, Value string }
	if text := c.value("Tags"); text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		return answer{}, refuseParameter("Tags")
	}
	found := []instanceVO{}
	for _, id := range slices.Sorted(maps.Keys(s.instances)) {
		if known := s.instances[id]; known.foreign == c.credential.Foreign && len(tags) == 0 {
			found = append(found, s.options.instance(id, known.region))
		}
	}
	return answer{Code: "200", Message: "operation success.", Success: "true", Instances: found}, nil
}

func (o Options) instance(id, region string) instanceVO {
	return instanceVO{
		InstanceID:     id,
		InstanceName:   o.text(id),
		InstanceStatus: o.number(5), // in service
		InstanceType:   o.number(1), // platinum
		RegionID:       region,
		KernelVersion:  "V3.3.0",
		OrderID:        "200000000000001",
		MqttTags:       []instanceTag{},
		CreateTime:     o.number(1739345768000),
		ExpireTime:     o.number(4102444800000), // 2100
	}
}

// setSniConfig is a RAM action granted on all resources, by the vendor's page.
const setSniConfig = "mq:SetSniConfig"

// sniConfig is DOMAIN#CERTIFICATE or DOMAIN#CERTIFICATE#PASSWORD, separated by semicolons.
const sniConfig = `^(([^#;]+(#[^#;]+){1,2};)*[^#;]+(#[^#;]+){1,2};?)?$`

// setSNI is SetSniConfig, which maps requested server names to server certificates.
// Invented: sni.
func (s *Service) setSNI(c *call) (answer, *refusal) {
	if given := c.parameters["SniConfig"]; len(given) > 1 || len(given) == 1 && !regexp.MustCompile(sniConfig).MatchString(given[0]) {
		return answer{}, refuseParameter("SniConfig")
	}
	return answer{Success: "true"}, nil
}

// DefaultGroup is the group of every instance if Options.Groups is empty.
const DefaultGroup = "GID_devices"

// groupID is 7 to 64 characters, by the vendor's page on groups.
const groupID = `^GID[_-][0-9A-Za-z_-]{3,60}$`

func validateGroups(groups []string) error {
	for _, group := range groups {
		if !regexp.MustCompile(groupID).MatchString(group) {
			return fmt.Errorf("emulator: group %q must be GID_ or GID-, then 3 to 60 letters, digits, hyphens or underscores", group)
		}
	}
	return nil
}

// A mqttGroupIDDo is the vendor's type, by its page on ListGroupId.
type mqttGroupIDDo struct {
	GroupID                string `json:"GroupId" xml:"GroupId"`
	InstanceID             string `json:"InstanceId" xml:"InstanceId"`
	IndependentNaming      bool
	CreateTime, UpdateTime any
}

// listGroups is ListGroupId. It names the instance InstanceId. Invented: groups.
func (s *Service) listGroups(c *call) (answer, *refusal) {
	groups := []mqttGroupIDDo{}
	created := s.options.number(1739345768000)
	for _, id := range s.options.Groups {
		groups = append(groups, mqttGroupIDDo{id, c.value("InstanceId"), true, created, created})
	}
	return answer{Data: groups}, nil
}
