"""EventBridge Scheduler: groups, schedules, what an update replaces, and refusals."""


def script(aws):
    target = {'Arn': 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances', 'RoleArn': 'arn:aws:iam::123456789012:role/avatar-launcher-stop', 'Input': '{"InstanceIds":["i-00000000000000000"]}'}
    aws('scheduler', 'create_schedule_group', Name='conformance')
    aws('scheduler', 'create_schedule_group', 'the name again', Name='conformance')
    aws('scheduler', 'get_schedule_group', Name='conformance')
    aws('scheduler', 'get_schedule_group', 'one that is not there', Name='nothing')
    base = dict(Name='stop', GroupName='conformance', FlexibleTimeWindow={'Mode': 'OFF'}, Target=target)
    once = 'at(2099-01-01T00:00:00)'
    aws('scheduler', 'create_schedule', ScheduleExpression=once, Description='first', ActionAfterCompletion='DELETE', **base)
    aws('scheduler', 'create_schedule', 'the name again', ScheduleExpression=once, **base)
    aws('scheduler', 'get_schedule', Name='stop', GroupName='conformance')
    aws('scheduler', 'update_schedule', ScheduleExpression='rate(5 minutes)', **base)
    aws('scheduler', 'get_schedule', 'what an update leaves out is reset', Name='stop', GroupName='conformance')
    aws('scheduler', 'update_schedule', 'one that is not there', ScheduleExpression=once, **(base | {'Name': 'nothing'}))
    for n, (note, expression) in enumerate([('no such day', 'at(2099-02-30T00:00:00)'), ('the past', 'at(2001-01-01T00:00:00)'), ('a rate of one in the plural', 'rate(1 minutes)'), ('a rate of none', 'rate(0 minutes)'),
                             ('no expression', 'tomorrow'), ('a cron of five fields', 'cron(0 10 * * *)'), ('a cron', 'cron(0 10 * * ? *)')]):
        aws('scheduler', 'create_schedule', note, ScheduleExpression=expression, **(base | {'Name': f'odd-{n}'}))
    aws('scheduler', 'create_schedule', 'no such group', ScheduleExpression=once, **(base | {'GroupName': 'nothing'}))
    aws('scheduler', 'create_schedule', 'a window of no length', ScheduleExpression=once, **(base | {'Name': 'odd2', 'FlexibleTimeWindow': {'Mode': 'FLEXIBLE'}}))
    aws('scheduler', 'create_schedule', 'no target', ScheduleExpression=once, **(base | {'Name': 'odd3', 'Target': target | {'Arn': 'nothing'}}))
    aws('scheduler', 'create_schedule', 'an unknown zone', ScheduleExpression=once, ScheduleExpressionTimezone='Mars/Olympus', **(base | {'Name': 'odd4'}))
    aws('scheduler', 'list_schedules', GroupName='conformance', NamePrefix='st')
    aws('scheduler', 'delete_schedule', Name='stop', GroupName='conformance')
    aws('scheduler', 'delete_schedule', 'again', Name='stop', GroupName='conformance')
    aws('scheduler', 'get_schedule', 'deleted', Name='stop', GroupName='conformance')
    aws('scheduler', 'delete_schedule_group', Name='conformance')
    aws('scheduler', 'delete_schedule_group', 'again', Name='conformance')
