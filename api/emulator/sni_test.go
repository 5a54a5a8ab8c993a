package emulator_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetSniConfig(t *testing.T) {
	c := start(t, nil)
	tests := []struct {
		pairs []string
		want  string
	}{
		{[]string{"SniConfig", "*.mqtt.aliyuncs.com#15-cn-hangzhou;mqtt.example.com#16-cn-hangzhou#secret;"}, ""},
		{[]string{"SniConfig", "mqtt.example.com#16-cn-hangzhou"}, ""},
		{[]string{"SniConfig", ""}, ""},
		{nil, ""},
		{[]string{"SniConfig", "mqtt.example.com"}, "ParameterFieldCheckFailed"},
		{[]string{"SniConfig", "mqtt.example.com#"}, "ParameterFieldCheckFailed"},
		{[]string{"SniConfig", "#16"}, "ParameterFieldCheckFailed"},
		{[]string{"SniConfig", "a#1;;b#2"}, "ParameterFieldCheckFailed"},
		{[]string{"SniConfig", "a#1#2#3"}, "ParameterFieldCheckFailed"},
		{[]string{"SniConfig", "a#1", "SniConfig", "a#1"}, "ParameterFieldCheckFailed"},
	}
	for _, test := range tests {
		got := c.send(request{method: http.MethodPost, action: "SetSniConfig",
			query: values(append(test.pairs, "MqttInstanceId", instanceID, "DefaultCertificate", "15-cn-hangzhou")...)})
		if got.code() != test.want {
			t.Errorf("%q: %q, want %q", test.pairs, got.code(), test.want)
		}
		if want := map[string]any{"RequestId": got.Body["RequestId"], "Success": "true"}; test.want == "" {
			if diff := cmp.Diff(want, got.Body); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		}
	}
	for _, query := range [][]string{{"MqttInstanceId", instanceID}, {"DefaultCertificate", "15"}} {
		if got := c.send(request{method: http.MethodPost, action: "SetSniConfig", query: values(query...)}); got.code() != "ParameterFieldCheckFailed" {
			t.Errorf("%v: %q", query, got.code())
		}
	}
}
