"""STS and IAM: who am I, another role's credentials, what a role may not do."""
import json

TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': 'arn:aws:iam::123456789012:root'}, 'Action': 'sts:AssumeRole'}]}


def script(aws):
    aws('sts', 'get_caller_identity')
    roles = aws('iam', 'list_roles').at('Roles[].RoleName')
    if 'avatar-launcher-user' not in roles:  # the embedded cloud comes with its stack's roles
        aws.client('iam').create_role(RoleName='avatar-launcher-user', AssumeRolePolicyDocument=json.dumps(TRUST))
    aws('iam', 'get_role', 'one that is not there', RoleName='nobody')
    aws('iam', 'put_role_policy', 'not a policy', RoleName='avatar-launcher-user', PolicyName='try', PolicyDocument='{]')
    aws('iam', 'get_role_policy', 'one that is not there', RoleName='avatar-launcher-user', PolicyName='try')
    role = 'arn:aws:iam::123456789012:role/avatar-launcher-user'
    session = aws('sts', 'assume_role', RoleArn=role, RoleSessionName='try', DurationSeconds=900)
    aws('sts', 'assume_role', 'a name with a space', RoleArn=role, RoleSessionName='a b')
    aws('sts', 'assume_role', 'too long a time', RoleArn=role, RoleSessionName='try', DurationSeconds=86400)
    aws('sts', 'assume_role', 'one that is not there', RoleArn=role + '-none', RoleSessionName='try')
    c = session.get('Credentials', {})
    as_role = dict(key=c.get('AccessKeyId'), secret=c.get('SecretAccessKey'), token=c.get('SessionToken'))
    aws('sts', 'get_caller_identity', 'in a role', client=aws.client('sts', **as_role))
    aws('ec2', 'create_launch_template', 'in a role that may not', client=aws.client('ec2', **as_role), LaunchTemplateName='not-mine', LaunchTemplateData={'InstanceType': 't3.micro'})
    aws('dynamodb', 'delete_table', 'in a role that may not', client=aws.client('dynamodb', **as_role), TableName='avatar-sessions')
    aws('dynamodb', 'list_tables', 'a wrong secret', client=aws.client('dynamodb', secret='guess'))
    aws('ec2', 'describe_regions', 'a wrong secret', client=aws.client('ec2', secret='guess'))
    aws('sts', 'get_caller_identity', 'an unknown key', client=aws.client('sts', key='AKIAIOSFODNN7NOBODY0'))
