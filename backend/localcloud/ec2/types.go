package ec2

import (
	"avatar-launcher/backend/localcloud/wire"
)

// instanceType is a row of the catalogue.
type instanceType struct {
	name      string
	vcpus     int
	memoryMiB int64
	family    string // quota family: "gvt" or "standard"
	gpu       string // "" for none
	gpus      int
	gpuMiB    int64
	network   string
}

// catalogue is ordered by name (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html).
var catalogue = []instanceType{
	{name: "c5.large", vcpus: 2, memoryMiB: 4096, family: "standard", network: "Up to 10 Gigabit"},
	{name: "g4dn.2xlarge", vcpus: 8, memoryMiB: 32768, family: "gvt", gpu: "T4", gpus: 1, gpuMiB: 16384,
		network: "Up to 25 Gigabit"},
	{name: "g4dn.xlarge", vcpus: 4, memoryMiB: 16384, family: "gvt", gpu: "T4", gpus: 1, gpuMiB: 16384,
		network: "Up to 25 Gigabit"},
	{name: "g5.2xlarge", vcpus: 8, memoryMiB: 32768, family: "gvt", gpu: "A10G", gpus: 1, gpuMiB: 22888,
		network: "Up to 10 Gigabit"},
	{name: "g5.4xlarge", vcpus: 16, memoryMiB: 65536, family: "gvt", gpu: "A10G", gpus: 1, gpuMiB: 22888,
		network: "Up to 25 Gigabit"},
	{name: "g5.8xlarge", vcpus: 32, memoryMiB: 131072, family: "gvt", gpu: "A10G", gpus: 1, gpuMiB: 22888,
		network: "25 Gigabit"},
	{name: "g5.xlarge", vcpus: 4, memoryMiB: 16384, family: "gvt", gpu: "A10G", gpus: 1, gpuMiB: 22888,
		network: "Up to 10 Gigabit"},
	{name: "g6.2xlarge", vcpus: 8, memoryMiB: 32768, family: "gvt", gpu: "L4", gpus: 1, gpuMiB: 22888,
		network: "Up to 10 Gigabit"},
	{name: "g6.4xlarge", vcpus: 16, memoryMiB: 65536, family: "gvt", gpu: "L4", gpus: 1, gpuMiB: 22888,
		network: "Up to 25 Gigabit"},
	{name: "g6.xlarge", vcpus: 4, memoryMiB: 16384, family: "gvt", gpu: "L4", gpus: 1, gpuMiB: 22888,
		network: "Up to 10 Gigabit"},
	{name: "g6e.2xlarge", vcpus: 8, memoryMiB: 65536, family: "gvt", gpu: "L40S", gpus: 1, gpuMiB: 45776,
		network: "Up to 20 Gigabit"},
	{name: "g6e.xlarge", vcpus: 4, memoryMiB: 32768, family: "gvt", gpu: "L40S", gpus: 1, gpuMiB: 45776,
		network: "Up to 20 Gigabit"},
	{name: "m1.small", vcpus: 1, memoryMiB: 1740, family: "standard", network: "Low"},
	{name: "m5.large", vcpus: 2, memoryMiB: 8192, family: "standard", network: "Up to 10 Gigabit"},
	{name: "m7i.large", vcpus: 2, memoryMiB: 8192, family: "standard", network: "Up to 12.5 Gigabit"},
	{name: "t2.micro", vcpus: 1, memoryMiB: 1024, family: "standard", network: "Low to Moderate"},
	{name: "t3.medium", vcpus: 2, memoryMiB: 4096, family: "standard", network: "Up to 5 Gigabit"},
	{name: "t3.micro", vcpus: 2, memoryMiB: 1024, family: "standard", network: "Up to 5 Gigabit"},
	{name: "t3.small", vcpus: 2, memoryMiB: 2048, family: "standard", network: "Up to 5 Gigabit"},
}

// typeNamed returns a type of the catalogue, the zero value where there is none of that name.
func typeNamed(name string) instanceType {
	for _, t := range catalogue {
		if t.name == name {
			return t
		}
	}
	return instanceType{}
}

func (t instanceType) current() bool { return t.name != "m1.small" && t.name != "t2.micro" }

func (t instanceType) burstable() bool { return t.name[0] == 't' }

func (t instanceType) attributes() attributes {
	return attributes{
		"instance-type":                         {t.name},
		"current-generation":                    {boolText(t.current())},
		"vcpu-info.default-vcpus":               {intText(int64(t.vcpus))},
		"memory-info.size-in-mib":               {intText(t.memoryMiB)},
		"processor-info.supported-architecture": {"x86_64"},
		"supported-root-device-type":            {"ebs"},
		"supported-usage-class":                 {"on-demand", "spot"},
		"supported-virtualization-type":         {"hvm"},
		"hypervisor":                            {"nitro"},
		"bare-metal":                            {"false"},
		"burstable-performance-supported":       {boolText(t.name != "" && t.burstable())},
		"hibernation-supported":                 {boolText(t.gpu == "")},
		"instance-storage-supported":            {boolText(t.gpu != "")},
		"free-tier-eligible":                    {boolText(t.name == "t2.micro" || t.name == "t3.micro")},
	}
}

func (s *Service) describeInstanceTypes(_ *wire.Call, p params, d *doc) *wire.Error {
	filters, err := readFilters(p, instanceType{}.attributes())
	if err != nil {
		return err
	}
	types := catalogue
	if names := p.list("InstanceType"); len(names) > 0 {
		if p.has("MaxResults") {
			return wire.Errorf(400, "InvalidParameterCombination",
				"The parameter instanceTypes cannot be used with the parameter maxResults")
		}
		types = nil
		var unknown []string
		for _, name := range names {
			if t := typeNamed(name); t.name != "" {
				types = append(types, t)
			} else {
				unknown = append(unknown, name)
			}
		}
		if len(unknown) > 0 {
			return wire.Errorf(400, "InvalidInstanceType", "The following supplied instance types do not exist: %v", unknown)
		}
	}
	types = keep(types, func(t instanceType) bool { return matches(filters, t.attributes()) })
	types, next, err := page(p, types, func(t instanceType) string { return t.name }, 5, 100)
	if err != nil {
		return err
	}
	list(d, "instanceTypeSet", types, func(t instanceType) { writeType(d, t) })
	d.opt("nextToken", next)
	return nil
}

func writeType(d *doc, t instanceType) {
	d.text("instanceType", t.name)
	d.bool("currentGeneration", t.current())
	d.bool("freeTierEligible", t.name == "t2.micro" || t.name == "t3.micro")
	d.texts("supportedUsageClasses", []string{"on-demand", "spot"})
	d.texts("supportedRootDeviceTypes", []string{"ebs"})
	d.texts("supportedVirtualizationTypes", []string{"hvm"})
	d.bool("bareMetal", false)
	d.text("hypervisor", "nitro")
	d.in("processorInfo", func() {
		d.texts("supportedArchitectures", []string{"x86_64"})
	})
	d.in("vCpuInfo", func() {
		d.number("defaultVCpus", int64(t.vcpus))
		d.number("defaultCores", int64(max(1, t.vcpus/2)))
		d.number("defaultThreadsPerCore", int64(min(2, t.vcpus)))
	})
	d.in("memoryInfo", func() { d.number("sizeInMiB", t.memoryMiB) })
	d.bool("instanceStorageSupported", t.gpu != "")
	d.in("networkInfo", func() {
		d.text("networkPerformance", t.network)
		d.bool("ipv6Supported", true)
	})
	if t.gpu != "" {
		writeGPU(d, t)
	}
	d.bool("hibernationSupported", t.gpu == "")
	d.bool("burstablePerformanceSupported", t.burstable())
	d.bool("dedicatedHostsSupported", false)
	d.bool("autoRecoverySupported", t.gpu == "") // not where there are instance store volumes
}

func writeGPU(d *doc, t instanceType) {
	d.in("gpuInfo", func() {
		list(d, "gpus", []instanceType{t}, func(t instanceType) {
			d.text("name", t.gpu)
			d.text("manufacturer", "NVIDIA")
			d.number("count", int64(t.gpus))
			d.in("memoryInfo", func() { d.number("sizeInMiB", t.gpuMiB) })
		})
		d.number("totalGpuMemoryInMiB", t.gpuMiB*int64(t.gpus))
	})
}

// offering is a type that a place has.
type offering struct{ instanceType, kind, location string }

func (o offering) attributes() attributes {
	return attributes{"instance-type": {o.instanceType}, "location": {o.location}}
}

func (s *Service) describeInstanceTypeOfferings(_ *wire.Call, p params, d *doc) *wire.Error {
	filters, err := readFilters(p, offering{}.attributes())
	if err != nil {
		return err
	}
	kind := p.get("LocationType")
	var places []string
	switch kind {
	case "", "region":
		kind, places = "region", []string{s.env.Region}
	case "availability-zone":
		for _, z := range s.zones() {
			places = append(places, z.name)
		}
	case "availability-zone-id":
		for _, z := range s.zones() {
			places = append(places, z.id)
		}
	default:
		return invalid("Invalid value '%s' for LocationType.", kind)
	}
	var all []offering
	for _, t := range catalogue {
		for _, at := range places {
			all = append(all, offering{t.name, kind, at})
		}
	}
	all = keep(all, func(o offering) bool { return matches(filters, o.attributes()) })
	all, next, err := page(p, all, func(o offering) string { return o.instanceType + " " + o.location }, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "instanceTypeOfferingSet", all, func(o offering) {
		d.text("instanceType", o.instanceType)
		d.text("locationType", o.kind)
		d.text("location", o.location)
	})
	d.opt("nextToken", next)
	return nil
}
