package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// Limits of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
const (
	maxTransaction      = 100
	maxTransactionBytes = 4 << 20
	tokenLife           = 10 * time.Minute
)

// usedToken is a ClientRequestToken whose transaction succeeded.
type usedToken struct {
	Request string // hash of the request's parameters
	Expires time.Time
}

type transactWriteInput struct {
	returns
	TransactItems      []transactWriteItem
	ClientRequestToken string
}

type transactWriteItem struct {
	Put            *writeInput
	Update         *writeInput
	Delete         *writeInput
	ConditionCheck *writeInput
}

// one is the action's parameters and IAM name, "" where there is not exactly one.
func (t *transactWriteItem) one() (action string, in *writeInput) {
	n := 0
	for name, x := range map[string]*writeInput{"PutItem": t.Put, "UpdateItem": t.Update, "DeleteItem": t.Delete,
		"ConditionCheckItem": t.ConditionCheck} {
		if x != nil {
			action, in = name, x
			n++
		}
	}
	if n != 1 {
		return "", nil
	}
	return action, in
}

func (s *Service) transactWrite(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	var in transactWriteInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	writes, reasons, err := s.prepareTransaction(c, &in)
	if err != nil {
		return nil, err
	}
	if err := cancelled(reasons); err != nil {
		return nil, err
	}
	if err := s.transact(ctx, writes, in.ClientRequestToken, c.Body); err != nil {
		return nil, err
	}
	counted := unitsByTable{}
	for _, w := range writes {
		counted.of(w.table.name, false, true).wrote(w, 2)
	}
	out := map[string]any{}
	counted.setReport(out, in.ReturnConsumedCapacity)
	return out, nil
}

func (in *transactWriteInput) check() *wire.Error {
	if err := in.returns.check(); err != nil {
		return err
	}
	if len(in.ClientRequestToken) > 36 {
		return constraint(in.ClientRequestToken, "clientRequestToken", "Member must have length less than or equal to 36")
	}
	return checkTransactionLength(len(in.TransactItems))
}

func checkTransactionLength(n int) *wire.Error {
	switch {
	case n == 0:
		return constraint("[]", "transactItems", "Member must have length greater than or equal to 1")
	case n > maxTransaction:
		return constraint("[…]", "transactItems", "Member must have length less than or equal to 100")
	}
	return nil
}

// prepareTransaction parses and authorises the actions. An action that does not fit its table's schema cancels
// the transaction, by its position, rather than making the request invalid.
func (s *Service) prepareTransaction(c *wire.Call, in *transactWriteInput) ([]*write, []*wire.Error, *wire.Error) {
	writes := make([]*write, len(in.TransactItems))
	reasons := make([]*wire.Error, len(writes))
	seen := map[string]bool{}
	total := 0
	for i := range in.TransactItems {
		action, one := in.TransactItems[i].one()
		if one == nil {
			return nil, nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		w, err := s.prepareAction(c, action, one)
		if err != nil {
			return nil, nil, err
		}
		writes[i] = w
		reasons[i] = w.checkKey(one)
		if w.emptyKey(one) {
			return nil, nil, reasons[i] // AWS looks at this before it begins the transaction
		}
		if reasons[i] != nil {
			continue
		}
		if seen[w.lockKey()] {
			return nil, nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[w.lockKey()] = true
		total += one.Item.size() + one.Key.size() + item(one.ExpressionAttributeValues).size()
	}
	if total > maxTransactionBytes {
		return nil, nil, invalid("Collection size of items in the transaction exceeded the maximum of 4 MB")
	}
	return writes, reasons, nil
}

// emptyKey reports whether an attribute of the item's key has the right type and is empty.
func (w *write) emptyKey(in *writeInput) bool {
	given := in.Key
	if w.action == "PutItem" {
		given = in.Item
	}
	return slices.ContainsFunc(w.table.schema.attributes(), func(a keyAttribute) bool {
		v, ok := given[a.name]
		return ok && v.kind == a.kind && a.kind != kindN && v.str == ""
	})
}

func (s *Service) prepareAction(c *wire.Call, action string, in *writeInput) (*write, *wire.Error) {
	in.legacy = legacy{} // transactions are younger than expressions
	if err := in.check([]string{"NONE"}); err != nil {
		return nil, err
	}
	switch {
	case action == "ConditionCheckItem" && in.ConditionExpression == nil:
		return nil, constraint("null", "transactItems.1.member.conditionCheck.conditionExpression", "Member must not be null")
	case action == "UpdateItem" && in.UpdateExpression == nil:
		return nil, constraint("null", "transactItems.1.member.update.updateExpression", "Member must not be null")
	}
	return s.prepare(c, action, in, "TransactWriteItems")
}

// transact does all writes or none. A token that was used for the same request within ten minutes succeeds without
// doing anything again; the token is stored with the writes, so that a kill cannot come between them.
func (s *Service) transact(ctx context.Context, writes []*write, token string, body []byte) *wire.Error {
	var others []string
	if token != "" {
		others = append(others, "token/"+token)
	}
	release, err := s.lock(ctx, writes, others...)
	if err != nil {
		return err
	}
	defer release()
	request := requestHash(body)
	if used, ok := s.tokenUse(token); ok {
		if used.Request != request {
			return wire.Errorf(400, "IdempotentParameterMismatchException", "Request token was used with different parameters")
		}
		for _, w := range writes {
			w.new = w.old
		}
		return nil
	}
	reasons := make([]*wire.Error, len(writes))
	for i, w := range writes {
		reasons[i] = w.evaluate()
	}
	if err := cancelled(reasons); err != nil {
		return err
	}
	ops := s.useToken(token, request)
	if err := s.apply(writes, ops...); err != nil {
		s.forgetToken(token)
		return err
	}
	return nil
}

// requestHash identifies a request by its parameters, those aside that say only what to report.
func requestHash(body []byte) string {
	var m map[string]any
	_ = json.Unmarshal(body, &m) // it was decoded before
	delete(m, "ReturnConsumedCapacity")
	delete(m, "ReturnItemCollectionMetrics")
	canonical, err := json.Marshal(m)
	if err != nil {
		panic("dynamodb: a decoded request that is not JSON: " + err.Error())
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

func (s *Service) tokenUse(token string) (usedToken, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, ok := s.tokens[token]
	return u, ok && token != "" && s.env.Now().Before(u.Expires)
}

// useToken remembers a token and forgets those that are too old, and returns the writes for both.
func (s *Service) useToken(token, request string) []store.Op {
	if token == "" {
		return nil
	}
	now := s.env.Now()
	u := usedToken{Request: request, Expires: now.Add(tokenLife)}
	b, err := json.Marshal(u)
	if err != nil {
		panic("dynamodb: a token that is not JSON: " + err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ops := []store.Op{{Bucket: tokensBucket, Key: token, Value: b}}
	for old, used := range s.tokens {
		if old != token && !now.Before(used.Expires) {
			delete(s.tokens, old)
			ops = append(ops, store.Op{Bucket: tokensBucket, Key: old})
		}
	}
	s.tokens[token] = u
	return ops
}

func (s *Service) forgetToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token)
}

// cancelled is the error of a transaction of which an action failed, with a reason for every position.
func cancelled(reasons []*wire.Error) *wire.Error {
	failed := false
	codes := make([]string, len(reasons))
	list := make([]map[string]any, len(reasons))
	for i, r := range reasons {
		codes[i] = "None"
		list[i] = map[string]any{"Code": "None"}
		if r == nil {
			continue
		}
		failed = true
		codes[i] = reasonCode(r.Code)
		list[i] = map[string]any{"Code": codes[i], "Message": r.Message}
		if it, ok := r.Fields["Item"]; ok {
			list[i]["Item"] = it
		}
	}
	if !failed {
		return nil
	}
	err := wire.Errorf(400, "TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	err.Fields = map[string]any{"CancellationReasons": list, "Message": err.Message}
	return err
}

func reasonCode(code string) string {
	if code == "ValidationException" {
		return "ValidationError"
	}
	return strings.TrimSuffix(code, "Exception")
}
