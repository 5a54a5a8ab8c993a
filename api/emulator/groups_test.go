package emulator_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

func groupsRequest(instance string) request {
	return request{method: http.MethodGet, action: "ListGroupId", query: values("InstanceId", instance)}
}

func TestListGroupId(t *testing.T) {
	for want, change := range map[string]func(*emulator.Options){
		emulator.DefaultGroup: nil, "GID-pumps": func(o *emulator.Options) { o.Groups = []string{"GID-pumps"} },
	} {
		data, _ := start(t, change).send(groupsRequest(otherInstanceID)).Body["Data"].([]any)
		group := map[string]any{
			"GroupId": want, "InstanceId": otherInstanceID, "IndependentNaming": true, "CreateTime": 1739345768000.0, "UpdateTime": 1739345768000.0,
		}
		if diff := cmp.Diff([]any{group}, data); diff != "" {
			t.Errorf("groups (-want +got):\n%s", diff)
		}
	}
}
