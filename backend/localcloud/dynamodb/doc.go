// Package dynamodb is Amazon DynamoDB for the embedded cloud: tables, items, expressions, secondary indexes,
// transactions and time to live over awsJson 1.0, with AWS's own error codes and, where they are known, its own
// words (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/).
//
// How it hangs together: a request is decoded strictly (request.go, value_json.go), its expressions are parsed
// against their names and values (lex.go, parse.go, parse_update.go), and every write, alone, batched or in a
// transaction, goes through one function (commit in commit.go): lock the items, evaluate against what is
// stored, write one batch to the store, and only then show the result. A strongly consistent read therefore sees
// exactly what survives a kill. Items are immutable once shown, so that readers keep them without a lock.
//
// The expression parser is our own, a recursive descent over four small grammars. A parser library was weighed
// and left out: AWS's error texts quote the offending token and its neighbours, and rank several mistakes in one
// expression; a library's own messages and order would have to be translated at every turn, for more code than
// the parser has.
//
// What is simplified on purpose: transactions that touch the same item wait for each other instead of failing
// with TransactionConflict; there is no throughput throttling, no stream, no global table and no PartiQL.
// Parameters of the API before 2014 (Expected, AttributeUpdates, KeyConditions and kin) are refused.
package dynamodb
