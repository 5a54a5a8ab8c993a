package emulator

import (
	"slices"
	"strings"
)

// setSniConfig is a RAM action that is granted on all resources, by the vendor's page.
const setSniConfig = "mq:SetSniConfig"

type sniAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	Success   string
}

// setSNI is SetSniConfig, which maps the names that clients ask for to server
// certificates: DOMAIN#CERTIFICATE or DOMAIN#CERTIFICATE#PASSWORD, joined by semicolons.
//
// Invented: the emulator checks the form and forgets it. No certificate id is unknown.
func (s *Service) setSNI(c *call) (any, *refusal) {
	if _, refused := s.instance(c); refused != nil {
		return nil, refused
	}
	if _, refused := c.parameters.required("DefaultCertificate"); refused != nil {
		return nil, refused
	}
	if given := c.parameters["SniConfig"]; len(given) > 1 || len(given) == 1 && given[0] != "" && !isSNI(given[0]) {
		return nil, refuseParameter("SniConfig")
	}
	return sniAnswer{c.requestID, "true"}, nil
}

func isSNI(text string) bool {
	for entry := range strings.SplitSeq(strings.TrimSuffix(text, ";"), ";") {
		parts := strings.Split(entry, "#")
		if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
			return false
		}
	}
	return true
}
