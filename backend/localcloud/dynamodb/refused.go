package dynamodb

import (
	"context"

	"avatar-launcher/backend/localcloud/wire"
)

// What the embedded cloud has of PartiQL and of resource policies: refusals by codes that AWS uses, so that a client's
// own handling of errors applies.

// refuseStatement answers every statement as one that is not well formed.
func (s *Service) refuseStatement(_ context.Context, c *wire.Call) (any, *wire.Error) {
	var in struct {
		Statement     *string
		Statements    []struct{ Statement *string }
		TransactItems []struct{ Statement *string } `json:"TransactStatements"`
	}
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	member, given := "statement", in.Statement != nil
	switch c.Operation {
	case "BatchExecuteStatement":
		member, given = "statements", in.Statements != nil
	case "ExecuteTransaction":
		member, given = "transactStatements", in.TransactItems != nil
	}
	if !given {
		return nil, constraint("null", member, "Member must not be null")
	}
	return nil, invalid("Statement wasn't well formed, can't be processed: PartiQL is not part of the embedded cloud")
}

type resourcePolicyInput struct{ ResourceArn, Policy string }

// policyTable reads the request and finds its table.
func (s *Service) policyTable(c *wire.Call) (resourcePolicyInput, *wire.Error) {
	var in resourcePolicyInput
	if err := decode(c.Body, &in); err != nil {
		return in, err
	}
	if in.ResourceArn == "" {
		return in, constraint("null", "resourceArn", "Member must not be null")
	}
	if err := s.authorize(c, access{action: c.Operation, resource: in.ResourceArn}); err != nil {
		return in, err
	}
	_, err := s.find(in.ResourceArn)
	return in, err
}

func (s *Service) noResourcePolicy(_ context.Context, c *wire.Call) (any, *wire.Error) {
	in, err := s.policyTable(c)
	if err != nil {
		return nil, err
	}
	return nil, wire.Errorf(400, "PolicyNotFoundException",
		"Resource-based policy not found for the provided ResourceArn: %s", in.ResourceArn)
}

// deleteResourcePolicy succeeds without a policy, as AWS's does.
func (s *Service) deleteResourcePolicy(_ context.Context, c *wire.Call) (any, *wire.Error) {
	_, err := s.policyTable(c)
	return map[string]any{}, err
}

func (s *Service) refuseResourcePolicy(_ context.Context, c *wire.Call) (any, *wire.Error) {
	in, err := s.policyTable(c)
	switch {
	case err != nil:
		return nil, err
	case in.Policy == "":
		return nil, constraint("null", "policy", "Member must not be null")
	}
	return nil, invalid("Invalid policy document: resource-based policies are not part of the embedded cloud")
}
