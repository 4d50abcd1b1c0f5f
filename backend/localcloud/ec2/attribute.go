package ec2

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// describeInstanceAttribute answers one attribute of one instance.
func (s *Service) describeInstanceAttribute(c *wire.Call, p params, d *doc) *wire.Error {
	name, err := p.need("Attribute")
	if err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	batch, err := s.pick(c, c.Operation, []string{p.get("InstanceId")})
	if err != nil {
		return err
	}
	in := batch[0]
	values := map[string]string{
		"instanceType": in.Type, "userData": in.UserData, "rootDeviceName": in.rootDevice(),
		"disableApiTermination": boolText(in.DisableTermination), "disableApiStop": boolText(in.DisableStop),
		"instanceInitiatedShutdownBehavior": in.ShutdownBehavior, "ebsOptimized": boolText(in.EBSOptimized),
		"sourceDestCheck": boolText(in.SourceDestCheck), "enaSupport": "true", "kernel": "", "ramdisk": "",
		"sriovNetSupport": "simple",
	}
	value, simple := values[name]
	switch {
	case simple:
		d.text("instanceId", in.ID)
		d.in(name, func() { d.opt("value", value) })
	case name == "groupSet":
		d.text("instanceId", in.ID)
		s.writeGroupSet(d, in)
	case name == "blockDeviceMapping":
		d.text("instanceId", in.ID)
		writeDisks(d, in)
	case name == "productCodes":
		d.text("instanceId", in.ID)
		d.in("productCodes", func() {})
	default:
		return invalid("Value (%s) for parameter attribute is invalid. Unknown attribute.", name)
	}
	return nil
}

// modification is one attribute to be changed, by its parameter's name.
type modification struct{ name, value string }

// modifiable maps the names of the old form (Attribute, Value) to those of the new one (NAME.Value).
var modifiable = map[string]string{
	"disableApiTermination": "DisableApiTermination", "disableApiStop": "DisableApiStop",
	"instanceInitiatedShutdownBehavior": "InstanceInitiatedShutdownBehavior", "instanceType": "InstanceType",
	"userData": "UserData", "ebsOptimized": "EbsOptimized", "sourceDestCheck": "SourceDestCheck",
}

func readModification(p params) (modification, *wire.Error) {
	var found []modification
	for _, name := range modifiable {
		if v, ok := p[name+".Value"]; ok {
			found = append(found, modification{name, v})
		} else if v, ok := p[name]; ok {
			found = append(found, modification{name, v})
		}
	}
	if a := p.get("Attribute"); a != "" && len(found) == 0 {
		name, ok := modifiable[a]
		if !ok {
			return modification{}, invalid("Value (%s) for parameter attribute is invalid. Unknown attribute.", a)
		}
		found = append(found, modification{name, p.get("Value")})
	}
	if groups := p.list("GroupId"); len(groups) > 0 && len(found) == 0 {
		found = append(found, modification{name: "GroupId"})
	}
	switch len(found) {
	case 0:
		return modification{}, wire.Errorf(400, "InvalidParameterCombination", "No attributes specified.")
	case 1:
		return found[0], nil
	default:
		return modification{}, wire.Errorf(400, "InvalidParameterCombination",
			"Fields for multiple attribute types specified: only one attribute may be modified at a time")
	}
}

// modifyInstanceAttribute changes one attribute; type and user data of a stopped instance only
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html).
func (s *Service) modifyInstanceAttribute(c *wire.Call, p params, d *doc) *wire.Error {
	m, err := readModification(p)
	if err != nil {
		return err
	}
	err = s.update(c.Now, func(ch *change) *wire.Error {
		batch, err := s.pickWith(c, c.Operation, []string{p.get("InstanceId")}, map[string][]string{
			"ec2:Attribute": {m.name}, "ec2:Attribute/" + m.name: {m.value},
		})
		if err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		if err := s.modify(batch[0], m, p); err != nil {
			return err
		}
		ch.touch(batch[0])
		return nil
	})
	if err == nil {
		d.bool("return", true)
	}
	return err
}

func (s *Service) modify(in *instance, m modification, p params) *wire.Error {
	if in.State == terminated || in.State == shuttingDown {
		return wrongState("The instance '%s' is not in a state in which it can be modified.", in.ID)
	}
	onlyStopped := []string{"InstanceType", "UserData", "EbsOptimized"}
	if slices.Contains(onlyStopped, m.name) && in.State != stopped {
		return wrongState("The instance '%s' is not in the 'stopped' state.", in.ID)
	}
	flags := map[string]*bool{
		"DisableApiTermination": &in.DisableTermination, "DisableApiStop": &in.DisableStop,
		"EbsOptimized": &in.EBSOptimized, "SourceDestCheck": &in.SourceDestCheck,
	}
	if into, ok := flags[m.name]; ok {
		v, err := params{m.name: m.value}.flag(m.name)
		if err == nil {
			*into = v
		}
		return err
	}
	switch m.name {
	case "InstanceInitiatedShutdownBehavior":
		if err := checkShutdown(m.value); err != nil {
			return err
		}
		in.ShutdownBehavior = m.value
	case "InstanceType":
		if typeNamed(m.value).name == "" {
			return invalid("Invalid value '%s' for InstanceType.", m.value)
		}
		in.Type = m.value
	case "UserData":
		if err := checkUserData(m.value); err != nil {
			return err
		}
		in.UserData = m.value
	case "GroupId":
		var ids []string
		for _, g := range p.list("GroupId") {
			id, err := s.groupNamed(g)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		in.SecurityGroups = ids
	}
	return nil
}
