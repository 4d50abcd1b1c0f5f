package ec2

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

var templateName = regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`)

// template is a launch template with its versions, in the order of their numbers.
type template struct {
	ID, Name, CreatedBy string
	Created             time.Time
	Default             int
	Latest              int
	Versions            []templateVersion
}

// templateVersion keeps its data as the parameters that they came as, "LaunchTemplateData." taken off.
type templateVersion struct {
	Number      int
	Description string
	Created     time.Time
	CreatedBy   string
	Data        params
}

// template finds a launch template by ID or by name, exactly one of which is given.
func (s *Service) template(id, name string) (*template, *wire.Error) {
	switch {
	case id != "" && name != "":
		return nil, wire.Errorf(400, "InvalidParameterCombination",
			"The parameter launchTemplateName cannot be used with the parameter launchTemplateId")
	case id != "":
		if t, ok := s.templates[id]; ok {
			return t, nil
		}
		return nil, wire.Errorf(400, "InvalidLaunchTemplateId.NotFound",
			"The specified launch template, with template ID %s, does not exist.", id)
	case name != "":
		for _, t := range s.templates {
			if t.Name == name {
				return t, nil
			}
		}
		return nil, wire.Errorf(400, "InvalidLaunchTemplateName.NotFoundException",
			"The specified launch template, with template name %s, does not exist.", name)
	default:
		return nil, missing("launchTemplateId or launchTemplateName")
	}
}

// version finds a version by number, $Latest or $Default.
func (t *template) version(v string) (templateVersion, *wire.Error) {
	n := 0
	switch v {
	case "$Latest":
		n = t.Latest
	case "$Default":
		n = t.Default
	default:
		var err error
		if n, err = strconv.Atoi(v); err != nil {
			return templateVersion{}, invalid("Invalid launch template version: either '$Default', '$Latest', or a "+
				"numeric version are allowed, not '%s'.", v)
		}
	}
	for _, have := range t.Versions {
		if have.Number == n {
			return have, nil
		}
	}
	return templateVersion{}, wire.Errorf(400, "InvalidLaunchTemplateId.VersionNotFound",
		"Could not find the specified version %s for the launch template with ID %s.", v, t.ID)
}

func (s *Service) createLaunchTemplate(c *wire.Call, p params, d *doc) *wire.Error {
	name, err := p.need("LaunchTemplateName")
	if err != nil {
		return err
	}
	if !templateName.MatchString(name) {
		return wire.Errorf(400, "InvalidLaunchTemplateName.MalformedException",
			"A launch template name must be between 3 and 128 characters, and may contain letters, numbers, "+
				"and the following characters: - ( ) . / _.")
	}
	tags, err := p.tagsFor("launch-template")
	if err != nil {
		return err
	}
	data, err := readTemplateData(p)
	if err != nil {
		return err
	}
	return s.update(c.Now, func(ch *change) *wire.Error {
		if err := authorize(c, c.Operation, s.arn("launch-template", "*"), requestTagKeys(tags)); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		if _, err := s.template("", name); err == nil {
			return wire.Errorf(400, "InvalidLaunchTemplateName.AlreadyExistsException",
				"Launch template name already in use.")
		}
		t := &template{
			ID: "lt-" + s.env.NewID(17), Name: name, CreatedBy: c.Principal.ARN, Created: ch.now, Default: 1, Latest: 1,
			Versions: []templateVersion{{1, p.get("VersionDescription"), ch.now, c.Principal.ARN, data}},
		}
		s.templates[t.ID] = t
		ch.put(bucketTemplates, t.ID, t)
		if len(tags) > 0 {
			ch.setTags(tagged{id: t.ID}, tags)
		}
		d.in("launchTemplate", func() { s.writeTemplate(d, t) })
		return nil
	})
}

// readTemplateData takes the template's data and checks what of it can be.
func readTemplateData(p params) (params, *wire.Error) {
	data := p.under("LaunchTemplateData")
	if len(data) == 0 {
		return nil, missing("LaunchTemplateData")
	}
	if v := data.get("InstanceType"); v != "" && typeNamed(v).name == "" {
		return nil, invalid("Invalid value '%s' for InstanceType.", v)
	}
	if v := data.get("UserData"); v != "" {
		if err := checkUserData(v); err != nil {
			return nil, err
		}
	}
	if v := data.get("InstanceInitiatedShutdownBehavior"); v != "" {
		if err := checkShutdown(v); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// edit changes an existing template under the permission for the operation.
func (s *Service) edit(c *wire.Call, p params, do func(ch *change, t *template) *wire.Error) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		t, err := s.template(p.get("LaunchTemplateId"), p.get("LaunchTemplateName"))
		if err != nil {
			return err
		}
		keys := map[string][]string{}
		resourceTagKeys(keys, s.policyTags(t.ID, s.tags[t.ID], c.Now))
		if err := authorize(c, c.Operation, s.arn("launch-template", t.ID), keys); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		return do(ch, t)
	})
}

func (s *Service) createLaunchTemplateVersion(c *wire.Call, p params, d *doc) *wire.Error {
	data, err := readTemplateData(p)
	if err != nil {
		return err
	}
	return s.edit(c, p, func(ch *change, t *template) *wire.Error {
		if source := p.get("SourceVersion"); source != "" {
			from, err := t.version(source)
			if err != nil {
				return err
			}
			data = inherit(from.Data, data)
		}
		t.Latest++
		v := templateVersion{t.Latest, p.get("VersionDescription"), ch.now, c.Principal.ARN, data}
		t.Versions = append(t.Versions, v)
		ch.put(bucketTemplates, t.ID, t)
		d.in("launchTemplateVersion", func() { writeVersion(d, t, v) })
		return nil
	})
}

// inherit lays a new version's data over its source version's: members are replaced whole.
func inherit(base, over params) params {
	out, replaced := maps.Clone(over), heads(over)
	for k, v := range base {
		if !replaced[headOf(k)] {
			out[k] = v
		}
	}
	return out
}

func (s *Service) modifyLaunchTemplate(c *wire.Call, p params, d *doc) *wire.Error {
	if p.get("LaunchTemplateId") != "" && p.get("LaunchTemplateName") != "" {
		return wire.Errorf(400, "InvalidParameterCombination",
			"Either provide launch template ID or launch template name to modify the template.")
	}
	return s.edit(c, p, func(ch *change, t *template) *wire.Error {
		v, err := p.need("SetDefaultVersion")
		if err != nil {
			return err
		}
		to, err := t.version(v)
		if err != nil && strings.HasSuffix(err.Code, "VersionNotFound") {
			return wire.Errorf(400, err.Code,
				"The launch template version %s is not found for the specified launch template.", v)
		}
		if err != nil {
			return err
		}
		t.Default = to.Number
		ch.put(bucketTemplates, t.ID, t)
		d.in("launchTemplate", func() { s.writeTemplate(d, t) })
		return nil
	})
}

func (s *Service) deleteLaunchTemplate(c *wire.Call, p params, d *doc) *wire.Error {
	return s.edit(c, p, func(ch *change, t *template) *wire.Error {
		d.in("launchTemplate", func() { s.writeTemplate(d, t) })
		delete(s.templates, t.ID)
		delete(s.tags, t.ID)
		ch.drop(bucketTemplates, t.ID)
		ch.drop(bucketTags, t.ID)
		return nil
	})
}

func (s *Service) templateAttributes(t *template) attributes {
	return withTags(attributes{
		"launch-template-name": {t.Name}, "create-time": {t.Created.UTC().Format("2006-01-02T15:04:05.000Z")},
	}, s.tags[t.ID])
}

func (s *Service) describeLaunchTemplates(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters, err := readFilters(p, s.templateAttributes(&template{}))
	if err != nil {
		return err
	}
	ids, names := p.list("LaunchTemplateId"), p.list("LaunchTemplateName")
	for _, id := range ids {
		if _, err := s.template(id, ""); err != nil {
			return err
		}
	}
	for _, name := range names {
		if _, err := s.template("", name); err != nil {
			return wire.Errorf(400, err.Code, "At least one of the launch templates specified in the request does not exist.")
		}
	}
	all := slices.SortedFunc(maps.Values(s.templates), func(a, b *template) int { return cmp.Compare(a.ID, b.ID) })
	all = keep(all, func(t *template) bool {
		return wanted(ids, t.ID) && wanted(names, t.Name) && matches(filters, s.templateAttributes(t))
	})
	all, next, err := page(p, all, func(t *template) string { return t.ID }, 1, 200)
	if err != nil {
		return err
	}
	list(d, "launchTemplates", all, func(t *template) { s.writeTemplate(d, t) })
	d.opt("nextToken", next)
	return nil
}

func (s *Service) writeTemplate(d *doc, t *template) {
	d.text("launchTemplateId", t.ID)
	d.text("launchTemplateName", t.Name)
	d.time("createTime", t.Created)
	d.text("createdBy", t.CreatedBy)
	d.number("defaultVersionNumber", int64(t.Default))
	d.number("latestVersionNumber", int64(t.Latest))
	d.tagSet(s.tags[t.ID])
}
