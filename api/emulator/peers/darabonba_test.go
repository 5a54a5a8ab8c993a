package peers

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"

	"mqttca/api/emulator"
)

// sendDarabonba signs with ACS3-HMAC-SHA256, or by the algorithm that the runtime calls v2 with signature 1.0.
func sendDarabonba(algorithm string) func(*testing.T, *service, emulator.Credential, call) (map[string]any, error) {
	return func(t *testing.T, s *service, key emulator.Credential, c call) (map[string]any, error) {
		t.Helper()
		config := (&utils.Config{}).SetEndpoint(s.host).SetProtocol(s.scheme).
			SetAccessKeyId(key.AccessKeyID).SetAccessKeySecret(key.AccessKeySecret)
		if key.SecurityToken != "" {
			config.SetSecurityToken(key.SecurityToken).SetType("sts")
		}
		if algorithm != "" {
			config.SetSignatureAlgorithm(algorithm)
		}
		if s.root != nil {
			config.SetCa(encode(s.root))
		}
		client, err := openapi.NewClient(config)
		if err != nil {
			t.Fatal(err)
		}
		request := &utils.OpenApiRequest{Query: map[string]*string{}}
		if c.inForm {
			body := map[string]any{}
			for name, value := range c.parameters {
				body[name] = value
			}
			request.Body = body
		} else {
			for name, value := range c.parameters {
				request.Query[name] = dara.String(value)
			}
		}
		answer, err := client.CallApi(&utils.Params{
			Action: dara.String(c.action), Version: dara.String(c.version()), Protocol: dara.String(strings.ToUpper(s.scheme)),
			Pathname: dara.String("/"), Method: dara.String(c.method), AuthType: dara.String("AK"), Style: dara.String("RPC"),
			ReqBodyType: dara.String("formData"), BodyType: dara.String("json"),
		}, request, &dara.RuntimeOptions{})
		if err != nil {
			return nil, err
		}
		body, ok := answer["body"].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("no body in %v", answer)
		}
		return body, nil
	}
}

func darabonbaCode(err error) string {
	var refused *tea.SDKError
	if errors.As(err, &refused) {
		return tea.StringValue(refused.Code)
	}
	return err.Error()
}
