package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

func TestNewPolicy(t *testing.T) {
	resources := []string{"acs:mq:cn-hangzhou:1234567890123456:post-cn-1", "acs:mq:*:*:instance/post-cn-1"}
	tests := []struct {
		purposes []Purpose
		actions  string
	}{
		{[]Purpose{ToRegister}, "mq:MqttInstanceAccess mq:ListCaCertificate mq:GetRegisterCode mq:RegisterCa"},
		{[]Purpose{ToRead}, "mq:MqttInstanceAccess mq:ListCaCertificate mq:ListDeviceCertificateByCaSn mq:ListDeviceCertificate mq:GetDeviceCertificate"},
		{[]Purpose{ToLifecycle}, "mq:MqttInstanceAccess mq:ListCaCertificate mq:ActiveCaCertificate mq:UnregisterCaCertificate " +
			"mq:ListDeviceCertificateByCaSn mq:DeleteCaCertificate"},
		{[]Purpose{ToRegister, ToRead}, "mq:MqttInstanceAccess mq:ListCaCertificate mq:GetRegisterCode mq:RegisterCa mq:ListDeviceCertificateByCaSn mq:ListDeviceCertificate mq:GetDeviceCertificate"},
		{[]Purpose{ToConnect}, "mq:MqttInstanceAccess mq:ListCaCertificate mq:ListDeviceCertificateByCaSn mq:GetDeviceCertificate mq:ListMqttGroupId " +
			"mq:UnregisterDeviceCertificate mq:DeleteDeviceCertificate"},
		{[]Purpose{ToDevices}, "mq:MqttInstanceAccess mq:ListCaCertificate mq:UnregisterCaCertificate mq:ListDeviceCertificateByCaSn mq:ListDeviceCertificate mq:GetDeviceCertificate " +
			"mq:ActiveDeviceCertificate mq:UnregisterDeviceCertificate mq:DeleteDeviceCertificate"},
	}
	for _, tt := range tests {
		got, err := NewPolicy("cn-hangzhou", "1234567890123456", "post-cn-1", tt.purposes...)
		want := Policy{"1", []Statement{{"Allow", strings.Fields(tt.actions), resources}}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v: %v, -want +got\n%s", tt.purposes, err, diff)
		}
	}
}

// Nothing that widens a policy gets into one.
func TestNewPolicyRefuses(t *testing.T) {
	tests := []struct{ region, account, instance, want string }{
		{"*", "1", "i", `region "*": a region is written like cn-hangzhou`},
		{"cn-hangzhou", "*", "i", `account "*": an account id consists of digits`},
		{"cn-hangzhou", "ops@example", "i", `account "ops@example": an account id consists of digits`},
		{"cn-hangzhou", "1", "*", `instance "*": an instance id consists of letters, digits, - and _`},
		{"cn-hangzhou", "1", "post-cn-?", `instance "post-cn-?": an instance id consists of letters, digits, - and _`},
		{"cn-hangzhou", "1", "i:*", `instance "i:*": an instance id consists of letters, digits, - and _`},
		{"cn-hangzhou", "1", "", `instance "": an instance id consists of letters, digits, - and _`},
	}
	for _, tt := range tests {
		if policy, err := NewPolicy(tt.region, tt.account, tt.instance, ToRead); err == nil || err.Error() != tt.want || policy.Statement != nil {
			t.Errorf("%+v, %v, want %s", policy, err, tt.want)
		}
	}
}

var deviceID = DeviceID{InstanceID: "i", CaSn: "1", DeviceSn: "2"}

type request func(context.Context, *Client) error

// requests are the client's methods by operation.
var requests = map[string]request{
	"GetRegisterCode": func(ctx context.Context, c *Client) error { _, err := c.GetRegisterCode(ctx, "i"); return err },
	"RegisterCaCertificate": func(ctx context.Context, c *Client) error {
		_, err := c.RegisterCaCertificate(ctx, Registration{InstanceID: "i"})
		return err
	},
	"ListCaCertificate": func(ctx context.Context, c *Client) error {
		_, err := collect(c.ListCaCertificate(ctx, "i"))
		return err
	},
	"ActiveCaCertificate": func(ctx context.Context, c *Client) error { _, err := c.ActiveCaCertificate(ctx, "i", "1"); return err },
	"InactivateCaCertificate": func(ctx context.Context, c *Client) error {
		_, err := c.InactivateCaCertificate(ctx, "i", "1")
		return err
	},
	"DeleteCaCertificate": func(ctx context.Context, c *Client) error { _, err := c.DeleteCaCertificate(ctx, "i", "1"); return err },
	"ListDeviceCertificate": func(ctx context.Context, c *Client) error {
		_, err := collect(c.ListDeviceCertificate(ctx, "i"))
		return err
	},
	"ListDeviceCertificateByCaSn": func(ctx context.Context, c *Client) error {
		_, err := collect(c.ListDeviceCertificateByCaSn(ctx, "i", "1"))
		return err
	},
	"GetDeviceCertificate": func(ctx context.Context, c *Client) error {
		_, err := c.GetDeviceCertificate(ctx, deviceID)
		return err
	},
	"ActiveDeviceCertificate": func(ctx context.Context, c *Client) error {
		_, err := c.ActiveDeviceCertificate(ctx, deviceID)
		return err
	},
	"InactivateDeviceCertificate": func(ctx context.Context, c *Client) error {
		_, err := c.InactivateDeviceCertificate(ctx, deviceID)
		return err
	},
	"DeleteDeviceCertificate": func(ctx context.Context, c *Client) error {
		_, err := c.DeleteDeviceCertificate(ctx, deviceID)
		return err
	},
	"ListGroupId":       func(ctx context.Context, c *Client) error { _, err := c.ListGroupId(ctx, "i"); return err },
	"ListInstances":     func(ctx context.Context, c *Client) error { _, err := c.ListInstances(ctx); return err },
	"GetCallerIdentity": func(ctx context.Context, c *Client) error { _, err := c.GetCallerIdentity(ctx); return err },
}

// uses are the operations of each purpose: what a policy has to allow.
var uses = map[Purpose]string{
	ToRegister:  "ListCaCertificate GetRegisterCode RegisterCaCertificate",
	ToRead:      "ListCaCertificate ListDeviceCertificateByCaSn ListDeviceCertificate GetDeviceCertificate ListInstances GetCallerIdentity",
	ToLifecycle: "ListCaCertificate ListDeviceCertificateByCaSn ActiveCaCertificate InactivateCaCertificate DeleteCaCertificate",
	ToDevices: "ListCaCertificate InactivateCaCertificate ListDeviceCertificate ListDeviceCertificateByCaSn GetDeviceCertificate " +
		"ActiveDeviceCertificate InactivateDeviceCertificate DeleteDeviceCertificate",
	ToConnect: "ListCaCertificate ListDeviceCertificateByCaSn GetDeviceCertificate ListGroupId InactivateDeviceCertificate DeleteDeviceCertificate",
}

// The table, the client and the emulator's own idea of the actions agree: with all actions
// of a policy no call lacks permission, and each action that is taken out makes one lack it.
func TestPolicyIsEnoughAndNoMore(t *testing.T) {
	for purpose, names := range uses {
		calls := map[string]request{}
		for _, name := range strings.Fields(names) {
			calls[name] = requests[name]
		}
		if len(calls) != len(operations[purpose]) {
			t.Errorf("%s: %d calls are tested, the table has %d operations", purpose, len(calls), len(operations[purpose]))
		}
		policy, err := NewPolicy("cn-hangzhou", "1", "i", purpose)
		if err != nil {
			t.Fatal(err)
		}
		actions := policy.Statement[0].Action
		if denied := deniedWith(t, calls, actions); len(denied) > 0 {
			t.Errorf("%s: the policy lacks something for %s", purpose, denied)
		}
		for i, action := range actions {
			if denied := deniedWith(t, calls, slices.Delete(slices.Clone(actions), i, i+1)); len(denied) == 0 {
				t.Errorf("%s: nothing needs %s", purpose, action)
			}
		}
	}
}

// deniedWith is the operations that lack permission where these actions are allowed.
func deniedWith(t *testing.T, calls map[string]request, actions []string) (denied []string) {
	t.Helper()
	service, err := emulator.New(emulator.Options{
		Instances:   []string{"i"},
		Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret", Allow: actions}},
		Journal:     true,
	})
	if err != nil {
		t.Fatal(err)
	}
	client := emulatedClient(t, service, credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"})
	for name, call := range calls {
		var refusal *Error
		if err := call(context.Background(), client); errors.As(err, &refusal) && refusal.Code == "NoPermission" {
			denied = append(denied, name)
		}
		if all := service.Requests(); all[len(all)-1].Operation != name {
			t.Fatalf("the call for %s was one of %s", name, all[len(all)-1].Operation)
		}
	}
	return denied
}

func TestActionsFor(t *testing.T) {
	for operation, want := range map[string]string{
		"RegisterCaCertificate":       "mq:RegisterCa mq:MqttInstanceAccess",
		"ListCaCertificate":           "mq:ListCaCertificate mq:MqttInstanceAccess",
		"ListDeviceCertificateByCaSn": "mq:ListDeviceCertificateByCaSn mq:MqttInstanceAccess",
		"InactivateCaCertificate":     "mq:UnregisterCaCertificate mq:MqttInstanceAccess",
		"NeverHeardOf":                "",
	} {
		if got := strings.Join(ActionsFor(operation), " "); got != want {
			t.Errorf("%s: %s, want %s", operation, got, want)
		}
	}
}
