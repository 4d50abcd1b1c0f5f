"""EC2: a life of instances, launch templates, filters, pages, dry runs and refusals."""


def script(aws):
    aws('ec2', 'describe_availability_zones', Filters=[{'Name': 'zone-name', 'Values': ['us-east-1a']}])
    aws('ec2', 'describe_instance_types', InstanceTypes=['g5.2xlarge'])
    aws('ec2', 'describe_instance_types', 'one that is not there', InstanceTypes=['g5.tiny'])
    aws('ec2', 'describe_instance_type_offerings', LocationType='availability-zone', Filters=[
        {'Name': 'instance-type', 'Values': ['g5.2xlarge']}, {'Name': 'location', 'Values': ['us-east-1a']}])
    image = aws.client('ec2').describe_images(Filters=[{'Name': 'name', 'Values': ['al2023-ami-*', 'amzn2-ami-hvm-2*']}, {'Name': 'architecture', 'Values': ['x86_64']}])['Images'][0]['ImageId']
    aws('ec2', 'describe_images', ImageIds=[image])
    aws('ec2', 'describe_images', 'one that is not there', ImageIds=['ami-00000000000000000'])
    aws('ec2', 'describe_images', 'malformed', ImageIds=['image'])
    subnet = aws('ec2', 'describe_subnets', Filters=[{'Name': 'availability-zone', 'Values': ['us-east-1a']}]).at('Subnets[0].SubnetId')
    aws('ec2', 'describe_subnets', 'one that is not there', SubnetIds=['subnet-00000000000000000'])
    aws('ec2', 'describe_security_groups', Filters=[{'Name': 'group-name', 'Values': ['default']}])
    template(aws, image)
    ids = launch(aws, image, subnet)
    read(aws, ids)
    tags(aws, ids)
    life(aws, ids)


def template(aws, image):
    data = {'ImageId': image, 'InstanceType': 't3.micro', 'InstanceInitiatedShutdownBehavior': 'stop', 'TagSpecifications': [
        {'ResourceType': 'instance', 'Tags': [{'Key': 'made', 'Value': 'by-template'}]}]}
    aws('ec2', 'create_launch_template', LaunchTemplateName='conformance', LaunchTemplateData=data)
    aws('ec2', 'create_launch_template', 'the name again', LaunchTemplateName='conformance', LaunchTemplateData=data)
    aws('ec2', 'describe_launch_templates', LaunchTemplateNames=['conformance'])
    aws('ec2', 'describe_launch_templates', 'one that is not there', LaunchTemplateNames=['nobody'])
    aws('ec2', 'describe_launch_template_versions', LaunchTemplateName='conformance')
    one = aws('ec2', 'run_instances', 'by a template', LaunchTemplate={'LaunchTemplateName': 'conformance'}, MinCount=1, MaxCount=1)
    aws('ec2', 'terminate_instances', 'by a template', InstanceIds=[one.at('Instances[0].InstanceId')])
    aws('ec2', 'run_instances', 'by a template that is not there', LaunchTemplate={'LaunchTemplateName': 'nobody'}, MinCount=1, MaxCount=1)
    aws('ec2', 'delete_launch_template', LaunchTemplateName='conformance')


def launch(aws, image, subnet):
    wanted = dict(ImageId=image, InstanceType='t3.micro', SubnetId=subnet, MinCount=2, MaxCount=2, ClientToken='conformance-1',
                  TagSpecifications=[{'ResourceType': 'instance', 'Tags': [{'Key': 'suite', 'Value': 'conformance'}]}])
    first = aws('ec2', 'run_instances', **wanted)
    again = aws('ec2', 'run_instances', 'the token again', **wanted)
    aws.keep('the token again gives the same instances', first.at('Instances[].InstanceId') == again.at('Instances[].InstanceId'))
    aws('ec2', 'run_instances', 'the token with other parameters', **(wanted | {'InstanceType': 't3.small'}))
    refused = wanted | {'ClientToken': 'conformance-2'}
    aws('ec2', 'run_instances', 'dry run', **(refused | {'DryRun': True}))
    aws('ec2', 'run_instances', 'no such image', **(refused | {'ImageId': 'ami-00000000000000000'}))
    aws('ec2', 'run_instances', 'malformed image', **(refused | {'ImageId': 'image'}))
    aws('ec2', 'run_instances', 'no such type', **(refused | {'InstanceType': 'g5.tiny'}))
    aws('ec2', 'run_instances', 'no such subnet', **(refused | {'SubnetId': 'subnet-00000000000000000'}))
    aws('ec2', 'run_instances', 'more at least than at most', **(refused | {'MinCount': 3}))
    aws('ec2', 'run_instances', 'none', **(refused | {'MinCount': 0, 'MaxCount': 0}))
    return first.at('Instances[].InstanceId')


def read(aws, ids):
    mine = {'Name': 'tag:suite', 'Values': ['conformance']}
    aws('ec2', 'describe_instances', InstanceIds=ids)
    aws('ec2', 'describe_instances', 'filtered', Filters=[mine, {'Name': 'instance-state-name', 'Values': ['pending', 'running']}])
    aws('ec2', 'describe_instances', 'filtered to none', Filters=[mine, {'Name': 'instance-type', 'Values': ['g5*']}])
    aws('ec2', 'describe_instances', 'an unknown filter', Filters=[{'Name': 'colour', 'Values': ['red']}])
    aws('ec2', 'describe_instances', 'one that is not there', InstanceIds=['i-00000000000000000'])
    aws('ec2', 'describe_instances', 'malformed', InstanceIds=['instance'])
    aws('ec2', 'describe_instances', 'one of two is not there', InstanceIds=[ids[0], 'i-00000000000000000'])
    aws('ec2', 'describe_instances', 'IDs and a page', InstanceIds=ids, MaxResults=5)
    aws('ec2', 'describe_instances', 'too small a page', MaxResults=4)
    aws('ec2', 'describe_instances', 'a made-up page', NextToken='abc')
    aws('ec2', 'describe_instance_status', InstanceIds=ids)
    aws('ec2', 'describe_instance_attribute', InstanceId=ids[0], Attribute='instanceInitiatedShutdownBehavior')
    aws('ec2', 'modify_instance_attribute', 'protect', InstanceId=ids[0], DisableApiTermination={'Value': True})
    aws('ec2', 'terminate_instances', 'one is protected', InstanceIds=ids)
    aws('ec2', 'modify_instance_attribute', 'the type while it runs', InstanceId=ids[0], InstanceType={'Value': 't3.small'})
    aws('ec2', 'modify_instance_attribute', 'unprotect', InstanceId=ids[0], DisableApiTermination={'Value': False})


def tags(aws, ids):
    aws('ec2', 'create_tags', Resources=ids, Tags=[{'Key': 'Name', 'Value': 'avatar-ann'}])
    aws('ec2', 'create_tags', 'no such instance', Resources=['i-00000000000000000'], Tags=[{'Key': 'Name', 'Value': 'x'}])
    aws('ec2', 'create_tags', 'a reserved key', Resources=ids, Tags=[{'Key': 'aws:x', 'Value': 'x'}])
    aws('ec2', 'create_tags', 'dry run', Resources=ids, Tags=[{'Key': 'a', 'Value': 'b'}], DryRun=True)
    aws('ec2', 'describe_tags', Filters=[{'Name': 'resource-id', 'Values': ids}, {'Name': 'key', 'Values': ['Name']}])
    aws('ec2', 'delete_tags', 'another value', Resources=ids, Tags=[{'Key': 'Name', 'Value': 'other'}])
    aws('ec2', 'describe_tags', 'another value deletes nothing', Filters=[{'Name': 'resource-id', 'Values': ids}, {'Name': 'key', 'Values': ['Name']}])
    aws('ec2', 'delete_tags', Resources=ids, Tags=[{'Key': 'Name'}])
    aws('ec2', 'describe_tags', 'deleted', Filters=[{'Name': 'resource-id', 'Values': ids}, {'Name': 'key', 'Values': ['Name']}])


def life(aws, ids):
    def address():
        found = aws.client('ec2').describe_instances(InstanceIds=ids[:1])['Reservations'][0]['Instances'][0]
        return found.get('PublicIpAddress'), found['LaunchTime']

    running = address()
    aws('ec2', 'start_instances', 'running', InstanceIds=ids[:1])
    aws('ec2', 'reboot_instances', InstanceIds=ids[:1])
    aws('ec2', 'stop_instances', 'dry run', InstanceIds=ids, DryRun=True)
    aws('ec2', 'stop_instances', 'one of two is not there', InstanceIds=[ids[0], 'i-00000000000000000'])
    aws('ec2', 'describe_instance_status', 'after a batch that was refused', InstanceIds=ids[:1])
    aws('ec2', 'stop_instances', InstanceIds=ids)
    aws('ec2', 'stop_instances', 'stopped', InstanceIds=ids[:1])
    aws('ec2', 'describe_instances', 'stopped', InstanceIds=ids[:1])
    aws('ec2', 'describe_instance_status', 'stopped', InstanceIds=ids[:1])
    aws('ec2', 'describe_instance_status', 'stopped, all', InstanceIds=ids[:1], IncludeAllInstances=True)
    aws('ec2', 'modify_instance_attribute', 'the type while it is stopped', InstanceId=ids[0], InstanceType={'Value': 't3.small'})
    aws('ec2', 'start_instances', InstanceIds=ids[:1])
    started = address()
    aws.keep('a start gives another public address', running[0] != started[0])
    aws.keep('a start gives another launch time', running[1] != started[1])
    aws('ec2', 'terminate_instances', InstanceIds=ids)
    aws('ec2', 'describe_instances', 'terminated', InstanceIds=ids[:1])
    aws('ec2', 'terminate_instances', 'terminated', InstanceIds=ids)
    aws('ec2', 'start_instances', 'terminated', InstanceIds=ids[:1])
    aws('ec2', 'stop_instances', 'terminated', InstanceIds=ids[:1])
