package emulator

import (
	"encoding/json"
	"net/http"
)

// The values of a CA's Status, by the vendor's reference page of ListCaCertificate.
const (
	statusInactive = 0
	statusActive   = 1
)

// caCertificate is the CaCertificateVO of the vendor's reference page of ListCaCertificate. ValidBegin and ValidEnd are the CA
// certificate's, in Unix milliseconds.
type caCertificate struct {
	RegistrationCode    string
	CaName              string
	Sn                  string
	CaContent           string
	VerificationContent string
	ValidBegin          int64
	ValidEnd            int64
	Status              int
}

// listPage is the Data of ListCaCertificate. Of the vendor's two readings of Total, this one is the number of records.
type listPage struct {
	Total        int
	PageNo       int
	PageSize     int
	Certificates []caCertificate `json:"CaCertificateVOS"`
}

type registerCodeAnswer struct {
	RequestID    string `json:"RequestId"`
	RegisterCode string
}

type snAnswer struct {
	RequestID string `json:"RequestId"`
	Sn        string
}

type listAnswer struct {
	RequestID string `json:"RequestId"`
	Data      listPage
}

type caAnswer struct {
	RequestID string `json:"RequestId"`
	Data      caCertificate
}

type errorAnswer struct {
	RequestID string `json:"RequestId"`
	HostID    string `json:"HostId"`
	Code      code
	Message   string
	Recommend string
}

// writeAnswer sends a result as JSON. The Date is the service's own clock, which is what a client measures its skew by.
func writeAnswer(w http.ResponseWriter, c call, status int, result any) {
	header := w.Header()
	header.Set(HeaderEmulated, "1")
	header.Set("x-acs-request-id", c.requestID)
	header.Set("Date", c.now.UTC().Format(http.TimeFormat))
	header.Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	// The results are plain structs, which always encode; and a client that has gone away needs no answer.
	_ = json.NewEncoder(w).Encode(result)
}
