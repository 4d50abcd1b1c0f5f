package ec2

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// authorize answers UnauthorizedOperation where the caller may not do the operation on the resource.
func authorize(c *wire.Call, operation, resource string, keys map[string][]string) *wire.Error {
	action := "ec2:" + operation
	if keys == nil {
		keys = map[string][]string{}
	}
	keys["aws:RequestedRegion"] = []string{c.Region}
	keys["ec2:Region"] = []string{c.Region}
	if c.Allowed(action, resource, keys) {
		return nil
	}
	return unauthorized(c, action, resource)
}

func unauthorized(c *wire.Call, action, resource string) *wire.Error {
	return wire.Errorf(403, "UnauthorizedOperation", "You are not authorized to perform this operation. User: %s is "+
		"not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal.ARN, action, resource, action)
}

// arn names a resource of this account and region ("instance", "i-…").
func (s *Service) arn(kind, id string) string {
	return fmt.Sprintf("arn:aws:ec2:%s:%s:%s/%s", s.env.Region, s.env.AccountID, kind, id)
}

// resourceTagKeys puts the condition keys of a resource's tags into keys.
func resourceTagKeys(keys map[string][]string, tags map[string]string) {
	for k, v := range tags {
		keys["ec2:ResourceTag/"+k] = []string{v}
		keys["aws:ResourceTag/"+k] = []string{v}
	}
}

// requestTagKeys are the condition keys of tags that a request brings.
func requestTagKeys(tags map[string]string) map[string][]string {
	keys := map[string][]string{}
	for k, v := range tags {
		keys["aws:RequestTag/"+k] = []string{v}
	}
	if len(tags) > 0 {
		keys["aws:TagKeys"] = sortedKeys(tags)
	}
	return keys
}

// instanceKeys are the condition keys of an instance that exists.
func (s *Service) instanceKeys(in *instance, now time.Time) map[string][]string {
	keys := map[string][]string{
		"ec2:InstanceType":     {in.Type},
		"ec2:AvailabilityZone": {in.Zone},
		"ec2:InstanceID":       {in.ID},
		"ec2:RootDeviceType":   {"ebs"},
		"ec2:Tenancy":          {"default"},
	}
	if in.Profile != "" {
		keys["ec2:InstanceProfile"] = []string{in.Profile}
	}
	resourceTagKeys(keys, s.policyTags(in.ID, in.Tags, now))
	return keys
}

// pick returns the instances of a batch of IDs, all or none: every ID well formed, every one known and permitted.
// The caller holds s.mu.
func (s *Service) pick(c *wire.Call, operation string, ids []string) ([]*instance, *wire.Error) {
	return s.pickWith(c, operation, ids, nil)
}

// pickWith is pick for an operation with condition keys of its own.
func (s *Service) pickWith(c *wire.Call, operation string, ids []string, own map[string][]string) ([]*instance,
	*wire.Error) {
	if len(ids) == 0 {
		return nil, missing("InstanceId")
	}
	if err := checkIDs(ids); err != nil {
		return nil, err
	}
	var out []*instance
	var absent []string
	for _, id := range ids {
		in, ok := s.visible(id, c.Now)
		keys := map[string][]string{}
		if ok {
			keys = s.instanceKeys(in, c.Now)
		}
		maps.Copy(keys, own)
		// An unknown instance has no tags: a caller confined by tags learns nothing about which IDs exist.
		if err := authorize(c, operation, s.arn("instance", id), keys); err != nil {
			return nil, err
		}
		switch {
		case !ok:
			absent = append(absent, id)
		case !slices.Contains(out, in):
			out = append(out, in)
		}
	}
	if len(absent) > 0 {
		return nil, notFound(absent)
	}
	return out, nil
}
