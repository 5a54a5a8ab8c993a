package emulator

import (
	"fmt"
	"regexp"
)

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
