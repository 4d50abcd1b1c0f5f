package dynamodb

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const targetPrefix = "DynamoDB_20120810"

// Options are what can be set about the service; the zero value has no delay but that of time to live.
type Options struct {
	// IndexLag is how long global secondary indexes stay behind the table.
	IndexLag time.Duration
	// TTLDelay is how long after its expiry an item is deleted; AWS promises a few days. 0 means ten minutes.
	TTLDelay time.Duration
}

const defaultTTLDelay = 10 * time.Minute

// Service is DynamoDB for one account and region. It implements wire.Service.
type Service struct {
	env   wire.Env
	store *store.Store
	opts  Options
	locks *locks // by item: held from evaluation to publication

	mu     sync.RWMutex // guards what is shown; never held during I/O
	tables map[string]*table
	tokens map[string]usedToken

	expiry expiry
}

// New loads the service's state. Its errors are the store's, or a state that cannot be read.
func New(env wire.Env, st *store.Store, opts Options) (*Service, error) {
	if opts.TTLDelay <= 0 {
		opts.TTLDelay = defaultTTLDelay
	}
	s := &Service{env: env, store: st, opts: opts, locks: newLocks(), tables: map[string]*table{},
		tokens: map[string]usedToken{}}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("load DynamoDB's state: %w", err)
	}
	s.armAll()
	return s, nil
}

// Name implements wire.Service.
func (s *Service) Name() string { return "dynamodb" }

// Operation implements wire.Service.
func (s *Service) Operation(r *http.Request, _ []byte) string {
	return wire.TargetOperation(r, targetPrefix)
}

// Unsigned implements wire.Service: DynamoDB has no unsigned operation.
func (s *Service) Unsigned(string) bool { return false }

// Close stops the timer of time to live and waits for a deletion that is under way.
func (s *Service) Close() { s.expiry.close() }

type operation func(*Service, context.Context, *wire.Call) (any, *wire.Error)

var operations = map[string]operation{
	"CreateTable":               (*Service).createTable,
	"DescribeTable":             (*Service).describeTable,
	"UpdateTable":               (*Service).updateTable,
	"DeleteTable":               (*Service).deleteTable,
	"ListTables":                (*Service).listTables,
	"UpdateTimeToLive":          (*Service).updateTimeToLive,
	"DescribeTimeToLive":        (*Service).describeTimeToLive,
	"DescribeContinuousBackups": (*Service).describeBackups,
	"UpdateContinuousBackups":   (*Service).updateBackups,
	"TagResource":               (*Service).tagResource,
	"UntagResource":             (*Service).untagResource,
	"ListTagsOfResource":        (*Service).listTags,
	"DescribeLimits":            (*Service).describeLimits,
	"DescribeEndpoints":         (*Service).describeEndpoints,
	"PutItem":                   (*Service).putItem,
	"GetItem":                   (*Service).getItem,
	"UpdateItem":                (*Service).updateItem,
	"DeleteItem":                (*Service).deleteItem,
	"Query":                     (*Service).query,
	"Scan":                      (*Service).scan,
	"BatchGetItem":              (*Service).batchGet,
	"BatchWriteItem":            (*Service).batchWrite,
	"TransactGetItems":          (*Service).transactGet,
	"TransactWriteItems":        (*Service).transactWrite,
	"ExecuteStatement":          (*Service).refuseStatement,
	"BatchExecuteStatement":     (*Service).refuseStatement,
	"ExecuteTransaction":        (*Service).refuseStatement,
	"GetResourcePolicy":         (*Service).noResourcePolicy,
	"DeleteResourcePolicy":      (*Service).deleteResourcePolicy,
	"PutResourcePolicy":         (*Service).refuseResourcePolicy,
}

// Serve implements wire.Service.
func (s *Service) Serve(ctx context.Context, w http.ResponseWriter, c *wire.Call) {
	op, ok := operations[c.Operation]
	if !ok {
		s.WriteError(w, c.RequestID,
			wire.Errorf(400, "UnknownOperationException", "%s is not an operation of DynamoDB that the embedded cloud has",
				c.Operation))
		return
	}
	out, err := op(s, ctx, c)
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	wire.WriteJSON(w, "1.0", c.RequestID, out)
}

// WriteError implements wire.Service.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	wire.WriteJSONError(w, "1.0", requestID, typePrefix(err.Code), err)
}

const (
	tablesBucket = "dynamodb.tables"
	tokensBucket = "dynamodb.tokens"
)

// itemsBucket is by the table's ID, so that a new table of an old name never meets the old one's items.
func itemsBucket(tableID string) string { return "dynamodb.items." + tableID }

func (s *Service) load() error {
	err := s.store.Each(tablesBucket, func(_ string, b []byte) error {
		var def definition
		if err := json.Unmarshal(b, &def); err != nil {
			return err
		}
		s.tables[def.TableName] = newTable(def)
		return nil
	})
	for _, t := range s.tables {
		if err == nil {
			err = s.loadItems(t)
		}
	}
	if err != nil {
		return err
	}
	return s.store.Each(tokensBucket, func(token string, b []byte) error {
		var u usedToken
		err := json.Unmarshal(b, &u)
		s.tokens[token] = u
		return err
	})
}

func (s *Service) loadItems(t *table) error {
	return s.store.Each(itemsBucket(t.id), func(key string, b []byte) error {
		var it item
		if err := json.Unmarshal(b, &it); err != nil {
			return err
		}
		t.set(key, nil, &entry{item: it, size: it.size()}, s.env.Now(), 0)
		return nil
	})
}

func (d *definition) op() store.Op {
	b, err := json.Marshal(d)
	if err != nil {
		panic("dynamodb: a definition that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: tablesBucket, Key: d.TableName, Value: b}
}

// find looks a table up by name or ARN.
func (s *Service) find(name string) (*table, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t, ok := s.tables[tableName(name)]; ok {
		return t, nil
	}
	return nil, noSuchResource()
}

// tableName takes a table's ARN for its name, as the API does.
func tableName(name string) string {
	if strings.HasPrefix(name, "arn:") {
		if _, after, ok := strings.Cut(name, ":table/"); ok {
			name, _, _ = strings.Cut(after, "/")
		}
	}
	return name
}

func (s *Service) tableARN(name string) string {
	return "arn:aws:dynamodb:" + s.env.Region + ":" + s.env.AccountID + ":table/" + tableName(name)
}
