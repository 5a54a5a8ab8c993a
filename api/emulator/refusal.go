package emulator

import (
	"fmt"
	"net/http"
	"net/url"
)

// A code is an error code of the vendor.
type code string

const (
	// The gateway's, by the vendor's page of common error codes.
	incompleteSignature           code = "IncompleteSignature"
	invalidAccessKeyIDNotFound    code = "InvalidAccessKeyId.NotFound"
	invalidActionNotFound         code = "InvalidAction.NotFound"
	invalidSecurityTokenMalformed code = "InvalidSecurityToken.Malformed"
	invalidTimeStampExpired       code = "InvalidTimeStamp.Expired"
	invalidTimeStampFormat        code = "InvalidTimeStamp.Format"
	invalidVersion                code = "InvalidVersion"
	missingSecurityToken          code = "MissingSecurityToken"
	missingUserAgent              code = "MissingUserAgent"
	noPermission                  code = "NoPermission"
	serviceUnavailable            code = "ServiceUnavailable"
	signatureDoesNotMatch         code = "SignatureDoesNotMatch"
	signatureNonceUsed            code = "SignatureNonceUsed"
	throttlingUser                code = "Throttling.User"
	unsupportedHTTPMethod         code = "UnsupportedHTTPMethod"

	// The service's, by the vendor's reference pages of the operations and its notice on
	// status codes.
	certificateContentError   code = "CertificateContentError"
	findCABySnError           code = "FindCaBySnError"
	findDeviceBySnError       code = "FindDeviceBySnError"
	internalError             code = "InternalError"
	mqttInstanceNotFound      code = "MqttInstanceNotFound"
	mqttOwnerCheckError       code = "MqttOwnerCheckError"
	parameterFieldCheckFailed code = "ParameterFieldCheckFailed"
	registerCodeError         code = "RegisterCodeError"
	registerCodeUsed          code = "RegisterCodeUsed"
	snNotUnique               code = "SnNotUnique"
)

// A Statuses is which of the vendor's texts the HTTP statuses follow.
type Statuses string

// The statuses. Those of the gateway's codes are the same in both.
const (
	StatusesAfterNotice  Statuses = "after"  // since the vendor's notice on status codes
	StatusesBeforeNotice Statuses = "before" // 500 for each of the service's own codes, as on its reference pages
)

// A refuser is which part of the real service refuses with a code.
type refuser int

const (
	gateway refuser = iota
	service
)

type meaning struct {
	by      refuser
	status  int // since the notice
	message string
}

// meanings is the table of codes, never written to. Messages and statuses are the vendor's.
//
// Invented, if its pages leave it open:
//   - the status of the two InvalidTimeStamp codes, SignatureNonceUsed, the two token
//     codes, InvalidVersion and IncompleteSignature
//   - the words of NoPermission
//   - all of MissingUserAgent
var meanings = map[code]meaning{
	incompleteSignature:           {gateway, http.StatusBadRequest, "The request signature does not conform to Alibaba Cloud standards."},
	invalidAccessKeyIDNotFound:    {gateway, http.StatusNotFound, "Specified access key is not found."},
	invalidActionNotFound:         {gateway, http.StatusNotFound, "Specified api is not found, please check your url and method."},
	invalidSecurityTokenMalformed: {gateway, http.StatusBadRequest, "Specified SecurityToken is malformed."},
	invalidTimeStampExpired:       {gateway, http.StatusBadRequest, "Specified time stamp or date value is expired."},
	invalidTimeStampFormat:        {gateway, http.StatusBadRequest, "Specified time stamp or date value is not well formatted."},
	invalidVersion:                {gateway, http.StatusBadRequest, "Specified parameter Version is not valid."},
	missingSecurityToken:          {gateway, http.StatusBadRequest, "SecurityToken is mandatory for this action."},
	missingUserAgent:              {gateway, http.StatusBadRequest, "User-Agent is mandatory for this action."},
	noPermission:                  {gateway, http.StatusForbidden, "You are not authorized to perform this operation."},
	serviceUnavailable:            {gateway, http.StatusServiceUnavailable, "The request has failed due to a temporary failure of the server."},
	signatureDoesNotMatch:         {gateway, http.StatusBadRequest, "Specified signature does not match our calculation."},
	signatureNonceUsed:            {gateway, http.StatusBadRequest, "Specified signature nonce was used already."},
	throttlingUser:                {gateway, http.StatusBadRequest, "Request was denied due to user flow control."},
	unsupportedHTTPMethod:         {gateway, http.StatusForbidden, "This http method is not supported."},

	certificateContentError:   {service, http.StatusUnauthorized, "Certificate content error, please check ca/verification certificate content. BasicConstraints extension should be set to true in CA certificate."},
	findCABySnError:           {service, http.StatusBadRequest, "Failed to find the CA by the SN. Please check sn is valid."},
	findDeviceBySnError:       {service, http.StatusInternalServerError, "Failed to find the device certificate by the SN. Please check sn is valid"},
	internalError:             {service, http.StatusExpectationFailed, "An error occurred while processing your request. Try again later."},
	mqttInstanceNotFound:      {service, http.StatusBadRequest, "Specified instance is not found"},
	mqttOwnerCheckError:       {service, http.StatusForbidden, "Failed to validate the instance permission"},
	parameterFieldCheckFailed: {service, http.StatusBadRequest, "Failed to validate the parameters. The parameters may be missing or invalid."},
	registerCodeError:         {service, http.StatusBadRequest, "Register code error in verification certificate."},
	registerCodeUsed:          {service, http.StatusUnauthorized, "Register code has been used."},
	snNotUnique:               {service, http.StatusUnauthorized, "Sn is not unique in global."},

	// Only a fault sends these.
	"ApiNotSupport":                 {service, http.StatusNotFound, "The specified API is not supported."},
	"CaNumExceed":                   {service, http.StatusUnauthorized, "CA certificate num exceed."},
	"CheckAccountInfoFailed":        {service, http.StatusBadRequest, "An error occurred while checking the account information by the STS token."},
	"GetCaNumError":                 {service, http.StatusUnauthorized, "Failed to get ca num. Try again later."},
	"InstancePermissionCheckFailed": {service, http.StatusBadRequest, "An error occurred while validating the permissions of the instance. Please verify the account that created the instance and its permissions settings."},
	"ParameterCheckFailed":          {service, http.StatusBadRequest, "An error occurred while validating the parameters. The parameters may be missing or invalid."},
	"PermissionCheckFailed":         {service, http.StatusForbidden, "Failed to verify API permissions."},
	"SystemOverFlow":                {service, http.StatusForbidden, "An error occurred while processing your request. Please try again."},
}

// A refusal is why a request was not carried out.
type refusal struct {
	code   code
	detail string // behind the message that goes with the code
	reason string // for the journal: the vendor's messages do not say which check failed
}

func refuse(c code) *refusal { return &refusal{code: c} }

// refuseSaying adds a detail, a sentence or more, to the message that goes with a code.
func refuseSaying(c code, format string, values ...any) *refusal {
	return &refusal{code: c, detail: " " + fmt.Sprintf(format, values...)}
}

func refuseBecause(c code, reason string) *refusal { return &refusal{code: c, reason: reason} }

type errorAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	HostID    string `json:"HostId" xml:"HostId"`
	Code      code
	Message   string
	Recommend string
}

// refusal answers a refused call. Only a fault has a code that is not in the table.
func (s *Service) refusal(c *call, refused *refusal) reply {
	m, known := meanings[refused.code]
	if !known {
		m = meaning{service, http.StatusBadRequest, "The request was refused."}
	}
	if m.by == service && s.options.Statuses == StatusesBeforeNotice {
		m.status = http.StatusInternalServerError
	}
	c.reason = refused.reason
	return newReply(c, m.status, refused.code, errorAnswer{
		RequestID: c.requestID,
		HostID:    c.host,
		Code:      refused.code,
		Message:   s.options.text(m.message + refused.detail),
		// The vendor's has the request id, too. This one has none, because the vendor's
		// page cannot know requests to an emulator.
		Recommend: "https://api.aliyun.com/troubleshoot?product=OnsMqtt&q=" + url.QueryEscape(string(refused.code)),
	})
}
