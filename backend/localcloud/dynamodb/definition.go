package dynamodb

import (
	"slices"
	"time"
)

// definition is what a table is, as it is kept in the store; its members' shapes are the API's own.
type definition struct {
	TableName              string
	ID                     string
	ARN                    string
	Created                time.Time
	AttributeDefinitions   []attributeDefinition
	KeySchema              []keyElement
	GlobalSecondaryIndexes []indexDefinition
	LocalSecondaryIndexes  []indexDefinition
	BillingMode            string
	Throughput             throughput
	DeletionProtection     bool
	TableClass             string
	EncryptionKey          string `json:",omitempty"` // ARN of the KMS key, "" for the key that DynamoDB owns
	TTLAttribute           string // "" while time to live is off
	Recovery               bool   // point-in-time recovery
	RecoverySince          time.Time
	Tags                   map[string]string
}

type attributeDefinition struct {
	AttributeName string
	AttributeType string
}

type keyElement struct {
	AttributeName string
	KeyType       string
}

type throughput struct {
	ReadCapacityUnits  int64
	WriteCapacityUnits int64
}

type projection struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

func (p projection) all() bool { return p.ProjectionType == "ALL" }

type indexDefinition struct {
	IndexName             string
	KeySchema             []keyElement
	Projection            projection
	ProvisionedThroughput *throughput `json:",omitempty"`
}

const payPerRequest = "PAY_PER_REQUEST"

// schema resolves key elements to attributes.
func (d *definition) schema(elements []keyElement) keySchema {
	var k keySchema
	for _, e := range elements {
		a := keyAttribute{name: e.AttributeName}
		i := slices.IndexFunc(d.AttributeDefinitions,
			func(x attributeDefinition) bool { return x.AttributeName == e.AttributeName })
		if i >= 0 {
			a.kind = kindOf(d.AttributeDefinitions[i].AttributeType)
		}
		switch {
		case e.KeyType == "RANGE" && k.sort.name == "":
			k.sort = a
		case e.KeyType == "RANGE":
			k.moreSort = append(k.moreSort, a)
		case k.hash.name == "":
			k.hash = a
		default:
			k.moreHash = append(k.moreHash, a)
		}
	}
	return k
}

// describe is the TableDescription of the API with the given status; counts are exact rather than six hours old.
func (t *table) describe(status string) map[string]any {
	d := &t.def
	out := map[string]any{
		"TableName":                 d.TableName,
		"TableArn":                  d.ARN,
		"TableId":                   d.ID,
		"TableStatus":               status,
		"CreationDateTime":          epoch(d.Created),
		"AttributeDefinitions":      d.AttributeDefinitions,
		"KeySchema":                 d.KeySchema,
		"ItemCount":                 t.rows.Len(),
		"TableSizeBytes":            t.bytes,
		"DeletionProtectionEnabled": d.DeletionProtection,
		"ProvisionedThroughput":     described(&d.Throughput),
		"WarmThroughput":            d.warm(&d.Throughput),
	}
	if d.EncryptionKey != "" {
		out["SSEDescription"] = map[string]any{"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": d.EncryptionKey}
	}
	if d.BillingMode == payPerRequest {
		out["BillingModeSummary"] = map[string]any{"BillingMode": payPerRequest,
			"LastUpdateToPayPerRequestDateTime": epoch(d.Created)}
	}
	if d.TableClass != "" {
		out["TableClassSummary"] = map[string]any{"TableClass": d.TableClass}
	}
	if len(d.GlobalSecondaryIndexes) > 0 {
		global := t.describeIndexes(d.GlobalSecondaryIndexes)
		for i, m := range global {
			m["IndexStatus"] = status
			m["ProvisionedThroughput"] = described(d.GlobalSecondaryIndexes[i].ProvisionedThroughput)
			m["WarmThroughput"] = d.warm(d.GlobalSecondaryIndexes[i].ProvisionedThroughput)
		}
		out["GlobalSecondaryIndexes"] = global
	}
	if len(d.LocalSecondaryIndexes) > 0 {
		out["LocalSecondaryIndexes"] = t.describeIndexes(d.LocalSecondaryIndexes)
	}
	return out
}

func (t *table) describeIndexes(definitions []indexDefinition) []map[string]any {
	out := make([]map[string]any, len(definitions))
	for i, d := range definitions {
		x := t.index(d.IndexName)
		out[i] = map[string]any{
			"IndexName":      d.IndexName,
			"IndexArn":       t.def.ARN + "/index/" + d.IndexName,
			"KeySchema":      d.KeySchema,
			"Projection":     d.Projection,
			"ItemCount":      x.rows.Len(),
			"IndexSizeBytes": x.bytes,
		}
	}
	return out
}

// warm is a table's or index's warm throughput: what is provisioned, or that of a new on-demand one.
func (d *definition) warm(t *throughput) map[string]any {
	read, write := int64(12000), int64(4000)
	if d.BillingMode != payPerRequest {
		if t == nil {
			t = &throughput{}
		}
		read, write = t.ReadCapacityUnits, t.WriteCapacityUnits
	}
	return map[string]any{"ReadUnitsPerSecond": read, "WriteUnitsPerSecond": write, "Status": "ACTIVE"}
}

// without removes members of a TableDescription, and WarmThroughput from its indexes if it is among them.
func without(description map[string]any, members ...string) map[string]any {
	for _, m := range members {
		delete(description, m)
	}
	if slices.Contains(members, "WarmThroughput") {
		global, _ := description["GlobalSecondaryIndexes"].([]map[string]any)
		for _, x := range global {
			delete(x, "WarmThroughput")
		}
	}
	return description
}

func described(t *throughput) map[string]any {
	if t == nil {
		t = &throughput{}
	}
	return map[string]any{
		"NumberOfDecreasesToday": 0,
		"ReadCapacityUnits":      t.ReadCapacityUnits,
		"WriteCapacityUnits":     t.WriteCapacityUnits,
	}
}

// epoch is a time as awsJson writes it: seconds, with milliseconds as the fraction.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
