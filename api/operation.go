package api

import "net/http"

// version is the version of the API that every request names.
const version = "2020-04-20"

// An operation is one row of the vendor's API overview: its name and the method
// that its reference page gives.
type operation struct {
	name   string
	method string
}

// The operations of this package. RegisterCaCertificate may also be called with
// GET, but what changes the service is never sent so that a proxy or a library
// could take it for a read and repeat it.
var (
	getRegisterCode         = operation{"GetRegisterCode", http.MethodGet}
	registerCaCertificate   = operation{"RegisterCaCertificate", http.MethodPost}
	listCaCertificate       = operation{"ListCaCertificate", http.MethodGet}
	getCaCertificate        = operation{"GetCaCertificate", http.MethodGet}
	activeCaCertificate     = operation{"ActiveCaCertificate", http.MethodPost}
	inactivateCaCertificate = operation{"InactivateCaCertificate", http.MethodPost}
	deleteCaCertificate     = operation{"DeleteCaCertificate", http.MethodPost}
)
