package localcloud

import (
	"crypto/subtle"
	"time"

	"avatar-launcher/backend/localcloud/sigv4"
	"avatar-launcher/backend/localcloud/wire"
)

// denial is a reason not to believe a signature.
type denial int

const (
	missing      denial = iota // no signature
	incomplete                 // one with a part missing
	unknownKey                 // an access key, or a session token, that is not known
	expiredToken               // temporary credentials that are over
	skewed                     // dated too far from the server's clock, or presigned and over
	mismatch                   // not the signature of this request by that key
	wrongScope                 // signed for another region
)

// family is a group of services that name the same denials in the same way.
type family struct {
	codes  [7]string // by denial
	status [7]int
}

var (
	// jsonFamily: DynamoDB Developer Guide, "Error handling", and the common errors of Kinesis and Cognito.
	jsonFamily = family{
		codes: [7]string{"MissingAuthenticationTokenException", "IncompleteSignatureException", "UnrecognizedClientException",
			"ExpiredTokenException", "InvalidSignatureException", "InvalidSignatureException", "InvalidSignatureException"},
		status: [7]int{400, 400, 400, 400, 400, 400, 400},
	}
	restJSONFamily = family{codes: jsonFamily.codes, status: [7]int{403, 400, 403, 403, 403, 403, 403}}
	// queryFamily: the common errors of STS, IAM and Route 53.
	queryFamily = family{
		codes: [7]string{"MissingAuthenticationToken", "IncompleteSignature", "InvalidClientTokenId",
			"ExpiredToken", "SignatureDoesNotMatch", "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		status: [7]int{403, 400, 403, 403, 403, 403, 403},
	}
	// ec2Family: Amazon EC2 API Reference, "Error codes": AuthFailure covers every credential that does not hold.
	ec2Family = family{
		codes: [7]string{"MissingAuthenticationToken", "IncompleteSignature", "AuthFailure",
			"RequestExpired", "RequestExpired", "AuthFailure", "AuthFailure"},
		status: [7]int{403, 400, 401, 400, 400, 401, 401},
	}
)

func familyOf(service string) family {
	switch service {
	case "ec2":
		return ec2Family
	case "sts", "iam", "route53":
		return queryFamily
	case "scheduler":
		return restJSONFamily
	}
	return jsonFamily
}

// deny is the service's own error for a denial.
func (e *exchange) deny(d denial, text string) *wire.Error {
	f := familyOf(e.service.Name())
	if e.service.Name() == "ec2" {
		switch f.codes[d] {
		case "AuthFailure":
			text = "AWS was not able to validate the provided access credentials"
		case "RequestExpired":
			text = "Request has expired."
		}
	}
	return &wire.Error{Status: f.status[d], Code: f.codes[d], Message: text}
}

// authenticate sets the principal, in the order in which AWS looks: key, expiry, date, scope, signature.
func (e *exchange) authenticate(s *sigv4.Signature, fault sigv4.Fault, text string) *wire.Error {
	switch {
	case fault == sigv4.Missing:
		return e.deny(missing, "Request is missing Authentication Token")
	case fault != sigv4.None:
		return e.deny(incomplete, text)
	case s == nil:
		return nil // an unsigned operation
	}
	now := e.cloud.Now()
	secret, token, principal, expires, ok := e.cloud.iam.Lookup(s.AccessKeyID)
	if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(s.Token)) != 1 {
		return e.deny(unknownKey, "The security token included in the request is invalid.")
	}
	if !expires.IsZero() && !now.Before(expires) {
		return e.deny(expiredToken, "The security token included in the request is expired")
	}
	if fault, text := s.Fresh(now, signatureAge(e.service.Name())); fault != sigv4.None {
		return e.deny(skewed, text)
	}
	if want := e.cloud.scopeRegion(s.Service); s.Region != e.cloud.env.Region && s.Region != want {
		return e.deny(wrongScope, "Credential should be scoped to a valid region, not '"+s.Region+"'.")
	}
	if fault, text := s.Verify(secret, e.r, e.body); fault != sigv4.None {
		return e.deny(mismatch, text)
	}
	e.principal = principal
	return nil
}

// signatureAge is how far a signature's date may be from the service's clock. AWS's services differ; EC2, Kinesis,
// Cognito and Scheduler have not been measured and get the shorter time.
func signatureAge(service string) time.Duration {
	switch service {
	case "dynamodb", "iam", "sts":
		return 15 * time.Minute
	}
	return sigv4.MaxSkew
}

// scopeRegion is the region that requests to a service are signed for: the global services have theirs.
func (c *Cloud) scopeRegion(service string) string {
	switch service {
	case "route53", "iam", "sts":
		return "us-east-1"
	}
	return c.env.Region
}
