package emulator

import (
	"net/http"
	"net/url"
)

// A code is one of the vendor's error codes.
type code string

// A Statuses selects the vendor's text for HTTP statuses.
type Statuses string

// The statuses. The gateway's codes have the same statuses in both.
const (
	StatusesAfterNotice  Statuses = "after"  // since the vendor's notice on status codes
	StatusesBeforeNotice Statuses = "before" // 500 for each of the service's own codes, as on most of its older reference pages
)

type meaning struct {
	own     bool // the service's own code, not one of the gateway's
	status  int  // since the notice
	message string
}

const gateway, service = false, true // the values of meaning.own

// meanings is the read-only table of codes. Messages and statuses are the vendor's.
// Invented: statuses, permission, user-agent.
var meanings = map[code]meaning{
	"IncompleteSignature":            {gateway, http.StatusBadRequest, "The request signature does not conform to Alibaba Cloud standards."},
	"InvalidAccessKeyId.NotFound":    {gateway, http.StatusNotFound, "Specified access key is not found."},
	"InvalidAction.NotFound":         {gateway, http.StatusNotFound, "Specified api is not found, please check your url and method."},
	"InvalidSecurityToken.Malformed": {gateway, http.StatusBadRequest, "Specified SecurityToken is malformed."},
	"InvalidTimeStamp.Expired":       {gateway, http.StatusBadRequest, "Specified time stamp or date value is expired."},
	"InvalidTimeStamp.Format":        {gateway, http.StatusBadRequest, "Specified time stamp or date value is not well formatted."},
	"InvalidVersion":                 {gateway, http.StatusBadRequest, "Specified parameter Version is not valid."},
	"MissingSecurityToken":           {gateway, http.StatusBadRequest, "SecurityToken is mandatory for this action."},
	"MissingUserAgent":               {gateway, http.StatusBadRequest, "User-Agent is mandatory for this action."},
	"NoPermission":                   {gateway, http.StatusForbidden, "You are not authorized to perform this operation."},
	"ServiceUnavailable":             {gateway, http.StatusServiceUnavailable, "The request has failed due to a temporary failure of the server."},
	"SignatureDoesNotMatch":          {gateway, http.StatusBadRequest, "Specified signature does not match our calculation."},
	"SignatureNonceUsed":             {gateway, http.StatusBadRequest, "Specified signature nonce was used already."},
	"Throttling":                     {gateway, http.StatusBadRequest, "Request was denied due to request throttling."},
	"Throttling.User":                {gateway, http.StatusBadRequest, "Request was denied due to user flow control."},
	"UnsupportedHTTPMethod":          {gateway, http.StatusForbidden, "This http method is not supported."},

	"CertificateContentError":       {service, http.StatusUnauthorized, "Certificate content error, please check ca/verification certificate content. BasicConstraints extension should be set to true in CA certificate."},
	"FindCaBySnError":               {service, http.StatusBadRequest, "Failed to find the CA by the SN. Please check sn is valid."},
	"FindDeviceBySnError":           {service, http.StatusInternalServerError, "Failed to find the device certificate by the SN. Please check sn is valid"},
	"InstanceNotFound":              {service, http.StatusBadRequest, "Failed to find the instance. The instanceId may be invalid."},
	"InstancePermissionCheckFailed": {service, http.StatusBadRequest, "An error occurred while validating the permissions of the instance. Please verify the account that created the instance and its permissions settings."},
	"InternalError":                 {service, http.StatusExpectationFailed, "An error occurred while processing your request. Try again later."},
	"MqttInstanceNotFound":          {service, http.StatusBadRequest, "Specified instance is not found"},
	"MqttOwnerCheckError":           {service, http.StatusForbidden, "Failed to validate the instance permission"},
	"ParameterFieldCheckFailed":     {service, http.StatusBadRequest, "Failed to validate the parameters. The parameters may be missing or invalid."},
	"RegisterCodeError":             {service, http.StatusBadRequest, "Register code error in verification certificate."},
	"RegisterCodeUsed":              {service, http.StatusUnauthorized, "Register code has been used."},
	"SnNotUnique":                   {service, http.StatusUnauthorized, "Sn is not unique in global."},

	// Only a fault sends these.
	"Forbidden.RAM":                {gateway, http.StatusForbidden, "User not authorized to operate on the specified resource, or this API doesn't support RAM."},
	"InvalidAccessKeyId.Inactive":  {gateway, http.StatusBadRequest, "Specified access key is disabled."},
	"InvalidApi.NotFound":          {gateway, http.StatusNotFound, "Specified api is not found, please check your url and method."},
	"InvalidProtocol.NeedSsl":      {gateway, http.StatusBadRequest, "Your request is denied as lack of ssl protect."},
	"InvalidSecurityToken.Expired": {gateway, http.StatusBadRequest, "Specified SecurityToken is expired."},
	"Throttling.Api":               {gateway, http.StatusBadRequest, "Request was denied due to api flow control."},
	"ApiNotSupport":                {service, http.StatusNotFound, "The specified API is not supported."},
	"CaNumExceed":                  {service, http.StatusUnauthorized, "CA certificate num exceed."},
	"CheckAccountInfoFailed":       {service, http.StatusBadRequest, "An error occurred while checking the account information by the STS token."},
	"GetCaNumError":                {service, http.StatusUnauthorized, "Failed to get ca num. Try again later."},
	"ParameterCheckFailed":         {service, http.StatusBadRequest, "An error occurred while validating the parameters. The parameters may be missing or invalid."},
	"PermissionCheckFailed":        {service, http.StatusForbidden, "Failed to verify API permissions."},
	"SystemOverFlow":               {service, http.StatusForbidden, "An error occurred while processing your request. Please try again."},
}

// A refusal is the reason for not executing a request.
type refusal struct {
	code   code
	detail string // follows the code's message
	reason string // for the journal: the vendor's messages do not name the failed check
}

func refuse(c code) *refusal { return &refusal{code: c} }

// refusal answers a refused call. Only faults have codes outside the table.
func (s *Service) refusal(c *call, refused *refusal) reply {
	m, known := meanings[refused.code]
	if !known {
		m = meaning{service, http.StatusBadRequest, "The request was refused."}
	}
	if m.own && s.options.Statuses == StatusesBeforeNotice {
		m.status = http.StatusInternalServerError
	}
	c.reason = refused.reason
	return c.encode(m.status, refused.code, answer{
		HostID:  c.r.Host,
		Code:    string(refused.code),
		Message: s.options.text(m.message + refused.detail),
		// The vendor's has the request id, too. This one has none, because the vendor's page cannot
		// know requests to an emulator.
		Recommend: "https://api.aliyun.com/troubleshoot?product=OnsMqtt&q=" + url.QueryEscape(string(refused.code)),
	})
}
