package dynamodb

import (
	"fmt"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// Limits of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxGlobalIndexes = 20
	maxLocalIndexes  = 5
	// maxIndexAttributes is how many attributes of each kind the key of a global index may have.
	maxIndexAttributes = 4
)

func checkTableName(name string) *wire.Error {
	name = tableName(name)
	switch {
	case name == "":
		return invalid("The parameter 'TableName' is required but was not present in the request")
	case !tableNameForm(name):
		return constraint(name, "tableName", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	case len(name) < 3 || len(name) > 255:
		return invalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return nil
}

func tableNameForm(name string) bool {
	for i := range len(name) {
		if !wordPart(name[i]) && name[i] != '.' && name[i] != '-' {
			return false
		}
	}
	return true
}

func (in *createTableInput) check() *wire.Error {
	if err := checkTableName(in.TableName); err != nil {
		return err
	}
	if err := in.checkModel(); err != nil {
		return err
	}
	if in.StreamSpecification != nil && in.StreamSpecification.StreamEnabled {
		return invalid("DynamoDB Streams are not available in the embedded cloud")
	}
	if err := in.checkBilling(); err != nil {
		return err
	}
	return checkSchema(in.AttributeDefinitions, in.KeySchema, in.GlobalSecondaryIndexes, in.LocalSecondaryIndexes)
}

// checkModel checks the values that the API's model enumerates, wherever they are.
func (in *createTableInput) checkModel() *wire.Error {
	var found []*wire.Error
	check := func(member, value string, allowed ...string) {
		if err := oneOf(member, value, allowed...); err != nil {
			found = append(found, err)
		}
	}
	key := func(member string, elements []keyElement) {
		for i, e := range elements {
			check(fmt.Sprintf("%s.%d.member.keyType", member, i+1), e.KeyType, "HASH", "RANGE")
		}
	}
	indexes := func(member string, all []indexDefinition) {
		for i, x := range all {
			at := fmt.Sprintf("%s.%d.member.", member, i+1)
			key(at+"keySchema", x.KeySchema)
			check(at+"projection.projectionType", x.Projection.ProjectionType, "ALL", "INCLUDE", "KEYS_ONLY")
		}
	}
	for i, a := range in.AttributeDefinitions {
		check(fmt.Sprintf("attributeDefinitions.%d.member.attributeType", i+1), a.AttributeType, "B", "N", "S")
	}
	check("billingMode", in.BillingMode, "PROVISIONED", payPerRequest)
	key("keySchema", in.KeySchema)
	indexes("globalSecondaryIndexes", in.GlobalSecondaryIndexes)
	indexes("localSecondaryIndexes", in.LocalSecondaryIndexes)
	return broken(found)
}

func (in *createTableInput) checkBilling() *wire.Error {
	if in.BillingMode == "" {
		in.BillingMode = "PROVISIONED"
	}
	switch in.BillingMode {
	case "PROVISIONED":
		if in.ProvisionedThroughput == nil {
			return badParameter(
				"ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
		}
		if in.ProvisionedThroughput.ReadCapacityUnits < 1 || in.ProvisionedThroughput.WriteCapacityUnits < 1 {
			return constraint("0", "provisionedThroughput", "Member must have value greater than or equal to 1")
		}
	case payPerRequest:
		if in.ProvisionedThroughput != nil {
			return badParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is " +
				"PAY_PER_REQUEST")
		}
	default:
		return constraint(in.BillingMode, "billingMode", "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]")
	}
	return nil
}

// checkSchema validates the keys of a table and its indexes against the attribute definitions.
func checkSchema(attributes []attributeDefinition, key []keyElement, global, local []indexDefinition) *wire.Error {
	defined := map[string]bool{}
	for _, a := range attributes {
		if !kindOf(a.AttributeType).ordered() {
			return constraint(a.AttributeType, "attributeDefinitions.1.member.attributeType",
				"Member must satisfy enum value set: [B, N, S]")
		}
		if defined[a.AttributeName] {
			return badParameter("Duplicate AttributeName found: %s", a.AttributeName)
		}
		defined[a.AttributeName] = true
	}
	used := map[string]bool{}
	if err := checkKeySchema(key, attributes, defined, used, 1); err != nil {
		return err
	}
	if len(global) > maxGlobalIndexes {
		return badParameter("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobalIndexes)
	}
	if len(local) > maxLocalIndexes {
		return badParameter("Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocalIndexes)
	}
	seen := map[string]bool{}
	if err := checkIndexes(global, attributes, defined, used, seen, maxIndexAttributes); err != nil {
		return err
	}
	if err := checkIndexes(local, attributes, defined, used, seen, 1); err != nil {
		return err
	}
	for _, x := range local {
		if len(key) < 2 {
			return badParameter("Table KeySchema does not have a range key, which is required when specifying a " +
				"LocalSecondaryIndex")
		}
		if x.KeySchema[0].AttributeName != key[0].AttributeName || len(x.KeySchema) < 2 {
			return badParameter("Index KeySchema does not have the same leading hash key as table KeySchema for index: %s",
				x.IndexName)
		}
	}
	if len(used) != len(defined) {
		return badParameter("Number of attributes in KeySchema does not exactly match number of attributes defined in " +
			"AttributeDefinitions")
	}
	return nil
}

// checkIndexes checks indexes whose keys have up to most attributes of each kind; seen are the names so far.
func checkIndexes(indexes []indexDefinition, attributes []attributeDefinition, defined, used, seen map[string]bool,
	most int) *wire.Error {
	for _, x := range indexes {
		if !tableNameForm(x.IndexName) || len(x.IndexName) < 3 || len(x.IndexName) > 255 {
			return constraint(x.IndexName, "indexName", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]{3,255}")
		}
		if seen[x.IndexName] {
			return badParameter("Duplicate index name: %s", x.IndexName)
		}
		seen[x.IndexName] = true
		if err := checkKeySchema(x.KeySchema, attributes, defined, used, most); err != nil {
			return err
		}
		if err := x.Projection.check(); err != nil {
			return err
		}
	}
	return nil
}

func (p projection) check() *wire.Error {
	switch {
	case p.ProjectionType == "":
		return badParameter("Unknown ProjectionType: null")
	case p.ProjectionType == "INCLUDE" && len(p.NonKeyAttributes) == 0:
		return badParameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	case p.ProjectionType != "INCLUDE" && len(p.NonKeyAttributes) > 0:
		return badParameter("ProjectionType is %s, but NonKeyAttributes is specified", p.ProjectionType)
	case !slices.Contains([]string{"ALL", "KEYS_ONLY", "INCLUDE"}, p.ProjectionType):
		return constraint(p.ProjectionType, "projectionType", "Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]")
	}
	return nil
}

// checkKeySchema checks a key that may have up to most attributes of each kind, the partition key's before the others.
func checkKeySchema(key []keyElement, attributes []attributeDefinition, defined, used map[string]bool,
	most int) *wire.Error {
	if len(key) == 0 || len(key) > 2*most {
		return constraint(fmt.Sprint(key), "keySchema", fmt.Sprintf("Member must have length between 1 and %d", 2*most))
	}
	if key[0].KeyType != "HASH" {
		return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	if len(key) == 2 && key[1].KeyType != "RANGE" && most == 1 {
		return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	if len(key) == 2 && key[0].AttributeName == key[1].AttributeName {
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	if err := checkKeyElements(key, most); err != nil {
		return err
	}
	for _, e := range key {
		if !defined[e.AttributeName] {
			return badParameter("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], "+
				"AttributeDefinitions: [%s]", keyList(key), attributeList(attributes))
		}
		used[e.AttributeName] = true
	}
	return nil
}

// checkKeyElements checks the order, the number and the names of a key's attributes.
func checkKeyElements(key []keyElement, most int) *wire.Error {
	count := map[string]int{}
	names := map[string]bool{}
	for _, e := range key {
		count[e.KeyType]++
		switch {
		case e.KeyType != "HASH" && e.KeyType != "RANGE":
			return constraint(e.KeyType, "keySchema.1.member.keyType", "Member must satisfy enum value set: [HASH, RANGE]")
		case e.KeyType == "HASH" && count["RANGE"] > 0:
			return invalid("Invalid KeySchema: HASH key types must come before RANGE key types")
		case count[e.KeyType] > most:
			return invalid("Invalid KeySchema: Only %d elements of key type %s are allowed", most, e.KeyType)
		case names[e.AttributeName]:
			return invalid("Invalid KeySchema: Duplicate attribute name: %s", e.AttributeName)
		}
		names[e.AttributeName] = true
	}
	return nil
}

func keyList(key []keyElement) string {
	var names []string
	for _, e := range key {
		names = append(names, e.AttributeName)
	}
	return strings.Join(names, ", ")
}

func attributeList(attributes []attributeDefinition) string {
	var names []string
	for _, a := range attributes {
		names = append(names, a.AttributeName)
	}
	return strings.Join(names, ", ")
}
