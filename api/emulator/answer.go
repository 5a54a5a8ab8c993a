package emulator

// caCertificateVO is the vendor's type of that name, by its reference page of ListCaCertificate. ValidBegin and ValidEnd are the CA
// certificate's, in Unix milliseconds.
type caCertificateVO struct {
	RegistrationCode    string
	CaName              string
	Sn                  string
	CaContent           string
	VerificationContent string
	ValidBegin          number
	ValidEnd            number
	Status              number
}

// deviceCertificateVO is the vendor's type of that name, by its SDKs.
type deviceCertificateVO struct {
	CaSn          string
	DeviceSn      string
	DeviceName    string
	DeviceContent string
	ValidBegin    number
	ValidEnd      number
	Status        number
}

// pageInfo is what the Data of both lists begins with.
type pageInfo struct {
	Total    number
	PageNo   number
	PageSize number
}

type caPage struct {
	pageInfo
	Certificates []caCertificateVO `json:"CaCertificateVOS" xml:"CaCertificateVOS"`
}

type devicePage struct {
	pageInfo
	Certificates []deviceCertificateVO `json:"DeviceCertificateVOS" xml:"DeviceCertificateVOS"`
}

type registerCodeAnswer struct {
	RequestID    string `json:"RequestId" xml:"RequestId"`
	RegisterCode string
}

type snAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	Sn        string
}

// dataAnswer is the answer of ListCaCertificate, GetCaCertificate and ListDeviceCertificateByCaSn.
type dataAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	Data      any
}

type errorAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	HostID    string `json:"HostId" xml:"HostId"`
	Code      code
	Message   string
	Recommend string
}
