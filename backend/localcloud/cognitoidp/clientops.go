package cognitoidp

import (
	"avatar-launcher/backend/localcloud/wire"
)

type clientInput struct {
	UserPoolId, ClientId string
	GenerateSecret       bool
	clientConfig
}

func createClient(s *Service, c *wire.Call, in *clientInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if in.ClientName == "" {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'clientName' failed to satisfy constraint: Member must not be null")
	}
	if err := in.settle(); err != nil {
		return nil, err
	}
	if err := p.checkProviders(&in.clientConfig); err != nil {
		return nil, err
	}
	cl := &client{PoolID: p.ID, Created: c.Now, Modified: c.Now, Config: in.clientConfig}
	for cl.ID == "" || s.clients[cl.ID] != nil {
		cl.ID = s.identifier(26, 36)
	}
	if in.GenerateSecret {
		cl.Secret = unguessable(38)
	}
	s.clients[cl.ID] = cl
	s.writeClient(cl)
	return map[string]any{"UserPoolClient": viewClient(cl)}, nil
}

// clientView is UserPoolClientType.
type clientView struct {
	UserPoolId, ClientId           string
	ClientSecret                   string `json:",omitempty"`
	CreationDate, LastModifiedDate stamp
	clientConfig
}

func viewClient(c *client) clientView {
	return clientView{UserPoolId: c.PoolID, ClientId: c.ID, ClientSecret: c.Secret,
		CreationDate: stamp(c.Created), LastModifiedDate: stamp(c.Modified), clientConfig: c.Config}
}

// clientOf finds a client of a pool.
func (s *Service) clientOf(poolID, id string) (*pool, *client, error) {
	p, err := s.poolByID(poolID)
	if err != nil {
		return nil, nil, err
	}
	cl := s.clients[id]
	if cl == nil || cl.PoolID != poolID {
		return nil, nil, fail("ResourceNotFoundException", "User pool client %s does not exist.", id)
	}
	return p, cl, nil
}

// clientByID finds a client, and its pool, where only the client is named.
func (s *Service) clientByID(id string) (*pool, *client, error) {
	if id == "" {
		return nil, nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null")
	}
	cl := s.clients[id]
	if cl == nil {
		return nil, nil, fail("ResourceNotFoundException", "User pool client %s does not exist.", id)
	}
	return s.pools[cl.PoolID], cl, nil
}

func describeClient(s *Service, _ *wire.Call, in *clientInput) (any, error) {
	_, cl, err := s.clientOf(in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	return map[string]any{"UserPoolClient": viewClient(cl)}, nil
}

type listClientsInput struct {
	UserPoolId string
	listInput
}

func listClients(s *Service, _ *wire.Call, in *listClientsInput) (any, error) {
	if _, err := s.poolByID(in.UserPoolId); err != nil {
		return nil, err
	}
	var ids []string
	for id, cl := range s.clients {
		if cl.PoolID == in.UserPoolId {
			ids = append(ids, id)
		}
	}
	ids, next, err := page(ids, in.NextToken, in.MaxResults, 60)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, id := range ids {
		out = append(out, map[string]any{"ClientId": id, "UserPoolId": in.UserPoolId,
			"ClientName": s.clients[id].Config.ClientName})
	}
	return answer("UserPoolClients", out, "NextToken", next), nil
}

// updateClient replaces the configuration; what is left out goes back to its default.
func updateClient(s *Service, c *wire.Call, in *clientInput) (any, error) {
	p, cl, err := s.clientOf(in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	if in.ClientName == "" {
		in.ClientName = cl.Config.ClientName
	}
	if err := in.settle(); err != nil {
		return nil, err
	}
	if err := p.checkProviders(&in.clientConfig); err != nil {
		return nil, err
	}
	cl.Config, cl.Modified = in.clientConfig, c.Now
	s.writeClient(cl)
	return map[string]any{"UserPoolClient": viewClient(cl)}, nil
}

func deleteClient(s *Service, _ *wire.Call, in *clientInput) (any, error) {
	_, cl, err := s.clientOf(in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	delete(s.clients, cl.ID)
	s.erase(clientBucket, cl.ID)
	for _, x := range s.sessions {
		if x.ClientID == cl.ID {
			s.dropSession(x)
		}
	}
	return nil, nil
}
