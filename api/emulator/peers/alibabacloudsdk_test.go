package peers

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"mqttca/api/emulator"
)

func sendAlibabaCloudSDK(t *testing.T, s *service, key emulator.Credential, c call) (map[string]any, error) {
	t.Helper()
	var credential auth.Credential = credentials.NewAccessKeyCredential(key.AccessKeyID, key.AccessKeySecret)
	if key.SecurityToken != "" {
		credential = credentials.NewStsTokenCredential(key.AccessKeyID, key.AccessKeySecret, key.SecurityToken)
	}
	config := sdk.NewConfig()
	if s.root != nil {
		roots := x509.NewCertPool()
		roots.AddCert(s.root)
		config.WithHttpTransport(&http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}})
	}
	client, err := sdk.NewClientWithOptions("cn-hangzhou", config, credential)
	if err != nil {
		t.Fatal(err)
	}
	request := requests.NewCommonRequest()
	request.Scheme, request.Domain, request.Method = s.scheme, s.host, c.method
	request.Version, request.ApiName = c.version(), c.action
	// Cloned, because the runtime adds its own parameters.
	if c.inForm {
		request.FormParams = maps.Clone(c.parameters)
	} else {
		request.QueryParams = maps.Clone(c.parameters)
	}
	response, err := client.ProcessCommonRequest(request)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	return body, json.Unmarshal(response.GetHttpContentBytes(), &body)
}

func alibabaCloudSDKCode(err error) string {
	var refused *sdkerrors.ServerError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return err.Error()
}

// TestStringToSignIsTheRuntimesOwn: to a wrong secret the runtime compares the string to sign that the message echoes with its own,
// and blames the secret only if they are the same.
func TestStringToSignIsTheRuntimesOwn(t *testing.T) {
	wrong := plainKey
	wrong.AccessKeySecret = "wrong"
	_, err := sendAlibabaCloudSDK(t, start(t, false, nil), wrong, codeCall())
	var refused *sdkerrors.ServerError
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.Recommend(), "InvalidAccessKeySecret") {
		t.Errorf("error %v, want the runtime to blame the secret", err)
	}
}
