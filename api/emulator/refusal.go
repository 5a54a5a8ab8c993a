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
	noPermission                  code = "NoPermission"
	signatureDoesNotMatch         code = "SignatureDoesNotMatch"
	signatureNonceUsed            code = "SignatureNonceUsed"
	unsupportedHTTPMethod         code = "UnsupportedHTTPMethod"

	// The service's, by the vendor's reference pages of the operations and its notice on status codes.
	certificateContentError   code = "CertificateContentError"
	findCABySnError           code = "FindCaBySnError"
	mqttInstanceNotFound      code = "MqttInstanceNotFound"
	parameterFieldCheckFailed code = "ParameterFieldCheckFailed"
	registerCodeError         code = "RegisterCodeError"
	registerCodeUsed          code = "RegisterCodeUsed"
	snNotUnique               code = "SnNotUnique"
)

type meaning struct {
	status  int
	message string
}

// meanings has the statuses that hold since the vendor's notice on status codes, which moved many from 500. It is never written to.
//
// Invented: the words of NoPermission, FindCaBySnError and CertificateContentError, and the status of the two InvalidTimeStamp codes,
// SignatureNonceUsed, the two token codes, InvalidVersion and IncompleteSignature where the vendor's pages leave it open.
var meanings = map[code]meaning{
	incompleteSignature:           {http.StatusBadRequest, "The request signature does not conform to Alibaba Cloud standards."},
	invalidAccessKeyIDNotFound:    {http.StatusNotFound, "Specified access key is not found."},
	invalidActionNotFound:         {http.StatusNotFound, "Specified api is not found, please check your url and method."},
	invalidSecurityTokenMalformed: {http.StatusBadRequest, "Specified SecurityToken is malformed."},
	invalidTimeStampExpired:       {http.StatusBadRequest, "Specified time stamp or date value is expired."},
	invalidTimeStampFormat:        {http.StatusBadRequest, "Specified time stamp or date value is not well formatted."},
	invalidVersion:                {http.StatusBadRequest, "Specified parameter Version is not valid."},
	missingSecurityToken:          {http.StatusBadRequest, "SecurityToken is mandatory for this action."},
	noPermission:                  {http.StatusForbidden, "You are not authorized to perform this operation."},
	signatureDoesNotMatch:         {http.StatusBadRequest, "Specified signature does not match our calculation."},
	signatureNonceUsed:            {http.StatusBadRequest, "Specified signature nonce was used already."},
	unsupportedHTTPMethod:         {http.StatusForbidden, "This http method is not supported."},

	certificateContentError:   {http.StatusUnauthorized, "Certificate content error."},
	findCABySnError:           {http.StatusBadRequest, "Failed to find the CA certificate by Sn."},
	mqttInstanceNotFound:      {http.StatusBadRequest, "Specified instance is not found"},
	parameterFieldCheckFailed: {http.StatusBadRequest, "Failed to validate the parameters. The parameters may be missing or invalid."},
	registerCodeError:         {http.StatusBadRequest, "Register code error in verification certificate."},
	registerCodeUsed:          {http.StatusUnauthorized, "Register code has been used."},
	snNotUnique:               {http.StatusUnauthorized, "Sn is not unique in global."},
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

func (f *refusal) status() int { return meanings[f.code].status }

func (f *refusal) message() string {
	message := meanings[f.code].message
	if f.detail != "" {
		message += " " + f.detail
	}
	return message
}

func (f *refusal) body(requestID, host string) errorAnswer {
	return errorAnswer{
		RequestID: requestID,
		HostID:    host,
		Code:      f.code,
		Message:   f.message(),
		// Without the request's id, unlike the vendor's: its page knows nothing of requests to an emulator.
		Recommend: "https://api.aliyun.com/troubleshoot?product=OnsMqtt&q=" + url.QueryEscape(string(f.code)),
	}
}
