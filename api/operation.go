package api

import "net/http"

// version is the version of the API that every request names.
const version = "2020-04-20"

// An operation is one row of the vendor's API overview: its name and the method that
// its reference page gives, whether a request whose answer was lost may simply be sent
// again, and the RAM action that it needs, which is not always named like it.
type operation struct {
	name       string
	method     string
	repeatable bool
	action     string
}

// The operations of this package. RegisterCaCertificate may also be called with
// GET, but what changes the service is never sent so that a proxy or a library
// could take it for a read and repeat it. The actions are those of the reference pages;
// for ListDeviceCertificateByCaSn no page read names one.
var (
	// A repeated GetRegisterCode may give another code, and that one will be used.
	getRegisterCode       = operation{"GetRegisterCode", http.MethodGet, true, "mq:GetRegisterCode"}
	listCaCertificate     = operation{"ListCaCertificate", http.MethodGet, true, "mq:ListCaCertificate"}
	registerCaCertificate = operation{"RegisterCaCertificate", http.MethodPost, false, "mq:RegisterCa"}
	// These set a state: set twice it is the same. A deletion that is repeated after a lost
	// answer may be told that there is no such CA, which is as good.
	activeCaCertificate     = operation{"ActiveCaCertificate", http.MethodPost, true, "mq:ActiveCaCertificate"}
	inactivateCaCertificate = operation{"InactivateCaCertificate", http.MethodPost, true, "mq:UnregisterCaCertificate"}
	deleteCaCertificate     = operation{"DeleteCaCertificate", http.MethodPost, true, "mq:DeleteCaCertificate"}

	listDeviceCertificateByCaSn = operation{"ListDeviceCertificateByCaSn", http.MethodGet, true, "mq:ListDeviceCertificateByCaSn"}
)
