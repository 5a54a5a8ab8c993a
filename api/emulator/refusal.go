package emulator

import (
	"fmt"
	"net/http"
	"net/url"
)

// code is an error code in the vendor's words.
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

	// The service's, by the vendor's reference pages of the operations and its notice on status codes.
	certificateContentError   code = "CertificateContentError"
	findCABySnError           code = "FindCaBySnError"
	mqttInstanceNotFound      code = "MqttInstanceNotFound"
	mqttOwnerCheckError       code = "MqttOwnerCheckError"
	parameterFieldCheckFailed code = "ParameterFieldCheckFailed"
	registerCodeError         code = "RegisterCodeError"
	registerCodeUsed          code = "RegisterCodeUsed"
	snNotUnique               code = "SnNotUnique"

	// The service's that only a fault brings about.
	apiNotSupport                 code = "ApiNotSupport"
	caNumExceed                   code = "CaNumExceed"
	checkAccountInfoFailed        code = "CheckAccountInfoFailed"
	getCANumError                 code = "GetCaNumError"
	internalError                 code = "InternalError"
	instancePermissionCheckFailed code = "InstancePermissionCheckFailed"
	permissionCheckFailed         code = "PermissionCheckFailed"
	systemOverFlow                code = "SystemOverFlow"
)

// Statuses says which of the vendor's readings HTTP statuses follow.
type Statuses string

// The readings. The gateway's own codes are the same in both.
const (
	StatusesAfterNotice  Statuses = "after"  // since the vendor's notice on status codes
	StatusesBeforeNotice Statuses = "before" // 500 for each of the service's own codes, as its reference pages still have it
)

type meaning struct {
	status  int // since the notice
	message string
}

// gatewayMeanings is never written to.
//
// Invented: the words of NoPermission, the status of the two InvalidTimeStamp codes, SignatureNonceUsed, the two token codes,
// InvalidVersion and IncompleteSignature where the vendor's pages leave it open, and all of MissingUserAgent.
var gatewayMeanings = map[code]meaning{
	incompleteSignature:           {http.StatusBadRequest, "The request signature does not conform to Alibaba Cloud standards."},
	invalidAccessKeyIDNotFound:    {http.StatusNotFound, "Specified access key is not found."},
	invalidActionNotFound:         {http.StatusNotFound, "Specified api is not found, please check your url and method."},
	invalidSecurityTokenMalformed: {http.StatusBadRequest, "Specified SecurityToken is malformed."},
	invalidTimeStampExpired:       {http.StatusBadRequest, "Specified time stamp or date value is expired."},
	invalidTimeStampFormat:        {http.StatusBadRequest, "Specified time stamp or date value is not well formatted."},
	invalidVersion:                {http.StatusBadRequest, "Specified parameter Version is not valid."},
	missingSecurityToken:          {http.StatusBadRequest, "SecurityToken is mandatory for this action."},
	missingUserAgent:              {http.StatusBadRequest, "User-Agent is mandatory for this action."},
	noPermission:                  {http.StatusForbidden, "You are not authorized to perform this operation."},
	serviceUnavailable:            {http.StatusServiceUnavailable, "The request has failed due to a temporary failure of the server."},
	signatureDoesNotMatch:         {http.StatusBadRequest, "Specified signature does not match our calculation."},
	signatureNonceUsed:            {http.StatusBadRequest, "Specified signature nonce was used already."},
	throttlingUser:                {http.StatusBadRequest, "Request was denied due to user flow control."},
	unsupportedHTTPMethod:         {http.StatusForbidden, "This http method is not supported."},
}

// serviceMeanings is never written to.
//
// Invented: the words of FindCaBySnError and CertificateContentError, those of the codes that only a fault brings about, and the status
// of CheckAccountInfoFailed.
var serviceMeanings = map[code]meaning{
	apiNotSupport:                 {http.StatusNotFound, "The instance does not support this operation."},
	caNumExceed:                   {http.StatusUnauthorized, "The number of CA certificates exceeds the limit."},
	certificateContentError:       {http.StatusUnauthorized, "Certificate content error."},
	checkAccountInfoFailed:        {http.StatusForbidden, "Failed to check the account."},
	findCABySnError:               {http.StatusBadRequest, "Failed to find the CA certificate by Sn."},
	getCANumError:                 {http.StatusUnauthorized, "Failed to get the number of CA certificates. Try again."},
	instancePermissionCheckFailed: {http.StatusBadRequest, "Failed to check the permission on the instance."},
	internalError:                 {http.StatusExpectationFailed, "The request processing has failed due to some unknown error. Try again."},
	mqttInstanceNotFound:          {http.StatusBadRequest, "Specified instance is not found"},
	mqttOwnerCheckError:           {http.StatusForbidden, "Failed to validate the instance permission"},
	parameterFieldCheckFailed:     {http.StatusBadRequest, "Failed to validate the parameters. The parameters may be missing or invalid."},
	permissionCheckFailed:         {http.StatusForbidden, "Failed to check the permission."},
	registerCodeError:             {http.StatusBadRequest, "Register code error in verification certificate."},
	registerCodeUsed:              {http.StatusUnauthorized, "Register code has been used."},
	snNotUnique:                   {http.StatusUnauthorized, "Sn is not unique in global."},
	systemOverFlow:                {http.StatusForbidden, "The system is overloaded. Try again."},
}

// meaningOf knows every code that the emulator has of its own, and makes something up for one that a fault brings in.
func meaningOf(c code, statuses Statuses) meaning {
	if m, ok := gatewayMeanings[c]; ok {
		return m
	}
	m, ok := serviceMeanings[c]
	if !ok {
		m = meaning{http.StatusBadRequest, "The request was refused."}
	}
	if statuses == StatusesBeforeNotice {
		m.status = http.StatusInternalServerError
	}
	return m
}

// refusal is why a request was not carried out.
type refusal struct {
	code   code
	detail string
}

func refuse(c code) *refusal { return &refusal{code: c} }

// refusef adds a detail, a sentence or more, to the message that goes with a code.
func refusef(c code, format string, values ...any) *refusal {
	return &refusal{code: c, detail: fmt.Sprintf(format, values...)}
}

func (f *refusal) status(statuses Statuses) int { return meaningOf(f.code, statuses).status }

func (f *refusal) message() string {
	message := meaningOf(f.code, "").message
	if f.detail != "" {
		message += " " + f.detail
	}
	return message
}

type errorAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	HostID    string `json:"HostId" xml:"HostId"`
	Code      code
	Message   string
	Recommend string
}

func (f *refusal) answer(requestID, host string) errorAnswer {
	return errorAnswer{
		RequestID: requestID,
		HostID:    host,
		Code:      f.code,
		Message:   f.message(),
		// Without the request's id, unlike the vendor's: its page knows nothing of requests to an emulator.
		Recommend: "https://api.aliyun.com/troubleshoot?product=OnsMqtt&q=" + url.QueryEscape(string(f.code)),
	}
}
