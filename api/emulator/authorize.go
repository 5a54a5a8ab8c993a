package emulator

import "slices"

// instanceAccess is the RAM action that every operation on an instance needs beside its own, by the vendor's pages.
const instanceAccess = "mq:MqttInstanceAccess"

// authorize asks what the credential may do.
//
// Invented: that RAM judges before the instance is looked up; the form of the message, which in the real service names action and
// resource too; the region.
func (s *Service) authorize(c *call, op operation) *refusal {
	if s.denied[c.claim.operation] {
		return refuse(noPermission)
	}
	if op.action == "" {
		return nil
	}
	for _, action := range []string{op.action, instanceAccess} {
		if !c.credential.allows(action) {
			return refusef(noPermission, "Action: %s. Resource: acs:mq:%s:%s:%s.",
				action, emulatedRegion, c.credential.Account, c.parameters.value("MqttInstanceId"))
		}
	}
	return nil
}

func (c Credential) allows(action string) bool {
	return c.Allow == nil || slices.Contains(c.Allow, action)
}
