// Package servicequotas is the embedded cloud's Service Quotas: it tells the quota of GPU instances that the embedded
// EC2 enforces, and no other. It speaks awsJson1.1 under the target prefix ServiceQuotasV20190624.
// https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
package servicequotas

import (
	"context"
	"net/http"

	"avatar-launcher/backend/localcloud/wire"
)

const targetPrefix = "ServiceQuotasV20190624"

// gpuQuota is "Running On-Demand G and VT instances", in vCPUs.
const gpuQuota = "L-DB2E81BA"

// unlimited is what is told where EC2 has no limit, in vCPUs: this API has no word for it.
const unlimited = 10_000

// Service is Service Quotas.
type Service struct {
	env   wire.Env
	vcpus func() int
}

// New makes the service. vcpus gives the quota in force, less than 0 for none.
func New(env wire.Env, vcpus func() int) (*Service, error) {
	return &Service{env: env, vcpus: vcpus}, nil
}

// Name implements wire.Service.
func (s *Service) Name() string { return "servicequotas" }

// Operation implements wire.Service.
func (s *Service) Operation(r *http.Request, _ []byte) string {
	if op := wire.TargetOperation(r, targetPrefix); op == "GetServiceQuota" {
		return op
	}
	return ""
}

// Unsigned implements wire.Service.
func (s *Service) Unsigned(string) bool { return false }

// WriteError implements wire.Service.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	wire.WriteJSONError(w, "1.1", requestID, "", err)
}

// Close implements wire.Service.
func (s *Service) Close() {}

// Serve implements wire.Service.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	out, err := s.quota(c)
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	wire.WriteJSON(w, "1.1", c.RequestID, out)
}

func (s *Service) quota(c *wire.Call) (any, *wire.Error) {
	var in struct{ ServiceCode, QuotaCode string }
	if err := wire.DecodeJSON(c.Body, &in); err != nil {
		return nil, err
	}
	arn := "arn:aws:servicequotas:" + s.env.Region + ":" + s.env.AccountID + ":" + in.ServiceCode + "/" + in.QuotaCode
	if !c.Allowed("servicequotas:GetServiceQuota", arn, nil) {
		return nil, wire.Errorf(400, "AccessDeniedException",
			"User: %s is not authorized to perform: servicequotas:GetServiceQuota on resource: %s",
			c.Principal.ARN, arn)
	}
	if in.ServiceCode != "ec2" || in.QuotaCode != gpuQuota {
		return nil, wire.Errorf(400, "NoSuchResourceException",
			"The request failed because the specified service or quota does not exist.")
	}
	n := s.vcpus()
	if n < 0 {
		n = unlimited
	}
	return map[string]any{"Quota": map[string]any{
		"ServiceCode": in.ServiceCode, "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)", "QuotaArn": arn,
		"QuotaCode": in.QuotaCode,
		"QuotaName": "Running On-Demand G and VT instances", "Value": n, "Unit": "None", "Adjustable": true,
		"GlobalQuota": false,
	}}, nil
}
