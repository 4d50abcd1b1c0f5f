"""Cognito: a pool's users sign up, sign in by SRP, answer challenges, refresh, sign out; an identity pool trusts them."""
import base64
import hashlib
import hmac
import json
import time

from pycognito.aws_srp import AWSSRP

PASSWORD, NEXT = 'Correct-horse-9', 'Better-horse-10'


def script(aws):
    pool = aws('cognito-idp', 'create_user_pool', PoolName='people', AutoVerifiedAttributes=['email'],
               Policies={'PasswordPolicy': {'MinimumLength': 8, 'RequireUppercase': True, 'RequireNumbers': True, 'TemporaryPasswordValidityDays': 7}}).at('UserPool.Id')
    aws('cognito-idp', 'set_user_pool_mfa_config', UserPoolId=pool, MfaConfiguration='OPTIONAL', SoftwareTokenMfaConfiguration={'Enabled': True})
    client = aws('cognito-idp', 'create_user_pool_client', UserPoolId=pool, ClientName='desktop', PreventUserExistenceErrors='ENABLED',
                 ExplicitAuthFlows=['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']).at('UserPoolClient.ClientId')
    aws('cognito-idp', 'describe_user_pool', 'one that is not there', UserPoolId='us-east-1_nothing00')
    users(aws, pool)
    groups(aws, pool)
    providers(aws, pool)
    sign_up(aws, client)
    tokens = sign_in(aws, pool, client)
    use(aws, client, tokens)
    second_factor(aws, pool, client)
    trust(aws, pool, client)
    end(aws, pool, client)


def users(aws, pool):
    email = [{'Name': 'email', 'Value': 'ann@example.com'}, {'Name': 'email_verified', 'Value': 'true'}]
    aws('cognito-idp', 'admin_create_user', UserPoolId=pool, Username='ann', TemporaryPassword=PASSWORD, MessageAction='SUPPRESS', UserAttributes=email)
    aws('cognito-idp', 'admin_create_user', 'the name again', UserPoolId=pool, Username='ann', TemporaryPassword=PASSWORD)
    aws('cognito-idp', 'admin_create_user', 'a weak password', UserPoolId=pool, Username='bob', TemporaryPassword='short')
    aws('cognito-idp', 'admin_get_user', UserPoolId=pool, Username='ann')
    aws('cognito-idp', 'admin_get_user', 'one that is not there', UserPoolId=pool, Username='nobody')
    aws('cognito-idp', 'admin_set_user_password', 'a weak password', UserPoolId=pool, Username='ann', Password='short', Permanent=True)
    aws('cognito-idp', 'admin_create_user', 'another', UserPoolId=pool, Username='eve', MessageAction='SUPPRESS')
    aws('cognito-idp', 'admin_set_user_password', UserPoolId=pool, Username='eve', Password=PASSWORD, Permanent=True)
    aws('cognito-idp', 'list_users', UserPoolId=pool, Filter='username ^= "a"')
    aws('cognito-idp', 'list_users', 'a filter that is none', UserPoolId=pool, Filter='colour is red')
    aws('cognito-idp', 'list_users', 'a page', UserPoolId=pool, Limit=1)


def groups(aws, pool):
    aws('cognito-idp', 'create_group', UserPoolId=pool, GroupName='operators', Precedence=1)
    aws('cognito-idp', 'create_group', 'the name again', UserPoolId=pool, GroupName='operators')
    aws('cognito-idp', 'admin_add_user_to_group', UserPoolId=pool, GroupName='operators', Username='eve')
    aws('cognito-idp', 'admin_add_user_to_group', 'no such group', UserPoolId=pool, GroupName='nothing', Username='eve')
    aws('cognito-idp', 'admin_list_groups_for_user', UserPoolId=pool, Username='eve')
    aws('cognito-idp', 'list_users_in_group', UserPoolId=pool, GroupName='operators')


def providers(aws, pool):
    details = {'client_id': 'launcher', 'client_secret': 'not-secret', 'attributes_request_method': 'GET', 'oidc_issuer': 'https://acme.example',
               'authorize_scopes': 'openid email', 'authorize_url': 'https://acme.example/a', 'token_url': 'https://acme.example/t',
               'attributes_url': 'https://acme.example/u', 'jwks_uri': 'https://acme.example/k'}
    acme = dict(UserPoolId=pool, ProviderName='Acme')
    aws('cognito-idp', 'create_identity_provider', ProviderType='OIDC', ProviderDetails=details, AttributeMapping={'email': 'email'},
        IdpIdentifiers=['acme.example'], **acme)
    aws('cognito-idp', 'create_identity_provider', 'the name again', ProviderType='OIDC', ProviderDetails=details, **acme)
    aws('cognito-idp', 'create_identity_provider', 'no such pool', UserPoolId='us-east-1_nothing00', ProviderName='Acme', ProviderType='OIDC', ProviderDetails=details)
    aws('cognito-idp', 'describe_identity_provider', **acme)
    aws('cognito-idp', 'list_identity_providers', UserPoolId=pool, MaxResults=10)
    aws('cognito-idp', 'update_identity_provider', AttributeMapping={'email': 'mail'}, **acme)
    aws('cognito-idp', 'delete_identity_provider', **acme)
    aws('cognito-idp', 'describe_identity_provider', 'one that is not there', **acme)
    aws('cognito-idp', 'delete_identity_provider', 'again', **acme)


def sign_up(aws, client):
    who = dict(ClientId=client, Username='joe')
    aws('cognito-idp', 'sign_up', Password=PASSWORD, UserAttributes=[{'Name': 'email', 'Value': 'joe@example.com'}], **who)
    aws('cognito-idp', 'sign_up', 'the name again', Password=PASSWORD, **who)
    aws('cognito-idp', 'sign_up', 'a weak password', ClientId=client, Username='kim', Password='x')
    aws('cognito-idp', 'confirm_sign_up', 'a wrong code', ConfirmationCode='000000', **who)
    aws('cognito-idp', 'forgot_password', 'not confirmed', **who)
    aws('cognito-idp', 'forgot_password', 'nobody', ClientId=client, Username='nobody')
    aws('cognito-idp', 'confirm_forgot_password', 'a wrong code', ClientId=client, Username='eve', ConfirmationCode='000000', Password=NEXT)


def proof(aws, pool, client, user, password, note):
    """InitiateAuth and the answer to PASSWORD_VERIFIER, by an outside implementation of SRP."""
    srp = AWSSRP(username=user, password=password, pool_id=pool, client_id=client, client=aws.client('cognito-idp'))
    begun = aws('cognito-idp', 'initiate_auth', note, ClientId=client, AuthFlow='USER_SRP_AUTH', AuthParameters=srp.get_auth_params())
    if begun.get('ChallengeName') != 'PASSWORD_VERIFIER':
        return begun
    answers = srp.process_challenge(begun['ChallengeParameters'], srp.get_auth_params())
    return aws('cognito-idp', 'respond_to_auth_challenge', 'the proof of ' + note, ClientId=client, ChallengeName='PASSWORD_VERIFIER',
               ChallengeResponses=answers, **({'Session': begun['Session']} if 'Session' in begun else {}))


def sign_in(aws, pool, client):
    proof(aws, pool, client, 'eve', 'Wrong-horse-11', 'a wrong password')
    proof(aws, pool, client, 'nobody', PASSWORD, 'an unknown user')
    proof(aws, pool, client, 'joe', PASSWORD, 'an unconfirmed user')
    aws('cognito-idp', 'initiate_auth', 'a flow that is not allowed', ClientId=client, AuthFlow='USER_PASSWORD_AUTH', AuthParameters={'USERNAME': 'eve', 'PASSWORD': PASSWORD})
    aws('cognito-idp', 'initiate_auth', 'no such client', ClientId='0' * 26, AuthFlow='USER_SRP_AUTH', AuthParameters={'USERNAME': 'eve', 'SRP_A': 'abc'})
    fresh = proof(aws, pool, client, 'ann', PASSWORD, 'a temporary password')
    answer = dict(ClientId=client, ChallengeName='NEW_PASSWORD_REQUIRED', Session=fresh.at('Session'))
    aws('cognito-idp', 'respond_to_auth_challenge', 'a weak new password', ChallengeResponses={'USERNAME': 'ann', 'NEW_PASSWORD': 'x'}, **answer)
    fresh = proof(aws, pool, client, 'ann', PASSWORD, 'a temporary password again')
    answer['Session'] = fresh.at('Session')
    aws('cognito-idp', 'respond_to_auth_challenge', 'a new password', ChallengeResponses={'USERNAME': 'ann', 'NEW_PASSWORD': PASSWORD}, **answer)
    aws('cognito-idp', 'respond_to_auth_challenge', 'a session that is over', ChallengeResponses={'USERNAME': 'ann', 'NEW_PASSWORD': NEXT}, **answer)
    tokens = proof(aws, pool, client, 'eve', PASSWORD, 'a right password').get('AuthenticationResult', {})
    for name in ('IdToken', 'AccessToken'):
        claims = json.loads(base64.urlsafe_b64decode(tokens[name].split('.')[1] + '==')) if name in tokens else {}
        aws.keep(f'the claims of the {name}', {k: type(v).__name__ for k, v in claims.items()})
    return tokens


def use(aws, client, tokens):
    access, refresh = tokens.get('AccessToken', 'x'), tokens.get('RefreshToken', 'x')
    aws('cognito-idp', 'get_user', AccessToken=access)
    aws('cognito-idp', 'get_user', 'a made-up token', AccessToken='abc')
    aws('cognito-idp', 'change_password', 'a wrong password', AccessToken=access, PreviousPassword='Wrong-horse-11', ProposedPassword=NEXT)
    aws('cognito-idp', 'initiate_auth', 'a refresh', ClientId=client, AuthFlow='REFRESH_TOKEN_AUTH', AuthParameters={'REFRESH_TOKEN': refresh})
    aws('cognito-idp', 'initiate_auth', 'a made-up refresh token', ClientId=client, AuthFlow='REFRESH_TOKEN_AUTH', AuthParameters={'REFRESH_TOKEN': 'abc'})
    aws('cognito-idp', 'global_sign_out', AccessToken=access)
    aws('cognito-idp', 'initiate_auth', 'a refresh after the global sign-out', ClientId=client, AuthFlow='REFRESH_TOKEN_AUTH', AuthParameters={'REFRESH_TOKEN': refresh})
    aws('cognito-idp', 'get_user', 'after the global sign-out', AccessToken=access)


def totp(secret):
    """The code of RFC 6238 for now."""
    key = base64.b32decode(secret.upper() + '=' * (-len(secret) % 8)) if secret.isalnum() and secret.isupper() else b''
    digest = hmac.new(key, int(time.time() // 30).to_bytes(8, 'big'), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f'{(int.from_bytes(digest[at:at + 4], "big") & 0x7fffffff) % 1_000_000:06}'


def second_factor(aws, pool, client):
    tokens = proof(aws, pool, client, 'eve', PASSWORD, 'a right password, to add a second factor').get('AuthenticationResult', {})
    access = tokens.get('AccessToken', 'x')
    secret = aws('cognito-idp', 'associate_software_token', AccessToken=access).at('SecretCode')
    wrong = f'{(int(totp(secret)) + 1) % 1_000_000:06}'
    aws('cognito-idp', 'verify_software_token', 'a wrong code', AccessToken=access, UserCode=wrong)
    aws('cognito-idp', 'verify_software_token', AccessToken=access, UserCode=totp(secret))
    aws('cognito-idp', 'set_user_mfa_preference', AccessToken=access, SoftwareTokenMfaSettings={'Enabled': True, 'PreferredMfa': True})
    asked = proof(aws, pool, client, 'eve', PASSWORD, 'a right password, with a second factor')
    aws('cognito-idp', 'respond_to_auth_challenge', 'a wrong second factor', ClientId=client, ChallengeName='SOFTWARE_TOKEN_MFA', Session=asked.at('Session'),
        ChallengeResponses={'USERNAME': 'eve', 'SOFTWARE_TOKEN_MFA_CODE': wrong})


def trust(aws, pool, client):
    provider = f'cognito-idp.us-east-1.amazonaws.com/{pool}'
    mine = aws('cognito-identity', 'create_identity_pool', IdentityPoolName='people', AllowUnauthenticatedIdentities=False,
               CognitoIdentityProviders=[{'ProviderName': provider, 'ClientId': client, 'ServerSideTokenCheck': True}]).at('IdentityPoolId')
    role = 'arn:aws:iam::123456789012:role/avatar-launcher-user'
    aws('cognito-identity', 'set_identity_pool_roles', IdentityPoolId=mine, Roles={'authenticated': role})
    token = proof(aws, pool, client, 'ann', PASSWORD, 'a right password, for credentials').get('AuthenticationResult', {}).get('IdToken', 'x')
    identity = aws('cognito-identity', 'get_id', IdentityPoolId=mine, Logins={provider: token}).at('IdentityId')
    aws('cognito-identity', 'get_id', 'no login', IdentityPoolId=mine)
    aws('cognito-identity', 'get_id', 'a forged token', IdentityPoolId=mine, Logins={provider: token[:-8] + 'AAAAAAAA'})
    aws('cognito-identity', 'get_credentials_for_identity', IdentityId=identity, Logins={provider: token})
    aws('cognito-identity', 'get_credentials_for_identity', 'a forged token', IdentityId=identity, Logins={provider: token[:-8] + 'AAAAAAAA'})
    aws('cognito-identity', 'get_credentials_for_identity', 'no login', IdentityId=identity)


def end(aws, pool, client):
    aws('cognito-idp', 'admin_disable_user', UserPoolId=pool, Username='ann')
    proof(aws, pool, client, 'ann', PASSWORD, 'a user who is disabled')
    aws('cognito-idp', 'admin_delete_user', UserPoolId=pool, Username='ann')
    aws('cognito-idp', 'admin_delete_user', 'again', UserPoolId=pool, Username='ann')
    aws('cognito-idp', 'delete_user_pool_client', UserPoolId=pool, ClientId=client)
    aws('cognito-idp', 'delete_user_pool', UserPoolId=pool)
