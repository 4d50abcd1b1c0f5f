"""Serves moto, with CloudFormation types that its CloudFormation does not know but whose services it has.

  python motoserver.py PORT

moto 5.2.5's CloudFormation lacks every type of Cognito, EventBridge Scheduler's groups and Budgets. Each class below
makes such a resource through moto's own back end of the service, so that a stack can be deployed whole. Two things are
not in moto at all and are only remembered here: an identity pool's role attachment and its principal tags.

moto's change sets look at templates only, and change whatever they are told to. Here they follow the parameters, say which
resources would be replaced since a create-only property changes (by CloudFormation's own schemas, which cfn-lint has), and
fail where the replacement would have the name of what it replaces.
"""
import base64
import json
import re
import sys

import moto.cloudformation.parsing as parsing
import moto.route53.models as route53
from moto.budgets.models import budgets_backends
from moto.cloudformation.exceptions import ValidationError
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from moto.cloudformation.models import Change, ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.cognitoidentity.models import cognitoidentity_backends
from moto.cognitoidentity.responses import CognitoIdentityResponse
from moto.cognitoidp.models import CognitoIdpBackend, cognitoidp_backends
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.scheduler.models import scheduler_backends
from moto.server import main

__name__ = "moto.standins"  # moto files its models by the second part of their module's name


class Resource(CloudFormationModel):
    """A resource with an ID (Ref) and attributes (GetAtt). Subclasses make it and take it away."""

    TYPE = ""

    def __init__(self, identity, attributes=None, undo=None):
        self.physical_resource_id, self.attributes, self.undo = identity, attributes or {}, undo

    @classmethod
    def cloudformation_name_type(cls):
        return ""

    @classmethod
    def cloudformation_type(cls):
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, name):
        return self.attributes[name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return cls.make(cloudformation_json["Properties"], account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        return original_resource

    def delete(self, account_id, region_name):
        if self.undo:
            self.undo()


class UserPool(Resource):
    TYPE = "AWS::Cognito::UserPool"

    @classmethod
    def make(cls, given, account, region):
        backend = cognitoidp_backends[account][region]
        pool = backend.create_user_pool(given["UserPoolName"], given)
        return cls(pool.id, {"Arn": pool.arn, "ProviderName": f"cognito-idp.{region}.amazonaws.com/{pool.id}"},
                   lambda: backend.delete_user_pool(pool.id))


class UserPoolClient(Resource):
    TYPE = "AWS::Cognito::UserPoolClient"

    @classmethod
    def make(cls, given, account, region):
        backend = cognitoidp_backends[account][region]
        client = backend.create_user_pool_client(given["UserPoolId"], given["GenerateSecret"], given)
        return cls(client.id)


class UserPoolDomain(Resource):
    TYPE = "AWS::Cognito::UserPoolDomain"

    @classmethod
    def make(cls, given, account, region):
        backend = cognitoidp_backends[account][region]
        if backend.describe_user_pool_domain(given["Domain"]):
            raise ValueError("Domain already associated with another user pool. (HandlerErrorCode: AlreadyExists)")
        backend.create_user_pool_domain(given["UserPoolId"], given["Domain"])
        return cls(given["Domain"], undo=lambda: backend.delete_user_pool_domain(given["Domain"]))


class UserPoolGroup(Resource):
    TYPE = "AWS::Cognito::UserPoolGroup"

    @classmethod
    def make(cls, given, account, region):
        cognitoidp_backends[account][region].create_group(
            given["UserPoolId"], given["GroupName"], given["Description"], given["RoleArn"], given["Precedence"])
        return cls(given["GroupName"])


class IdentityPool(Resource):
    TYPE = "AWS::Cognito::IdentityPool"

    @classmethod
    def make(cls, given, account, region):
        backend = cognitoidentity_backends[account][region]
        made = json.loads(backend.create_identity_pool(
            given["IdentityPoolName"], given["AllowUnauthenticatedIdentities"], {}, "", [], given["CognitoIdentityProviders"], [], {}))
        return cls(made["IdentityPoolId"], undo=lambda: backend.delete_identity_pool(made["IdentityPoolId"]))


class IdentityPoolRoleAttachment(Resource):
    TYPE = "AWS::Cognito::IdentityPoolRoleAttachment"

    @classmethod
    def make(cls, given, account, region):
        return cls(given["IdentityPoolId"] + "/roles", given)


class IdentityPoolPrincipalTag(Resource):
    TYPE = "AWS::Cognito::IdentityPoolPrincipalTag"

    @classmethod
    def make(cls, given, account, region):
        return cls(given["IdentityPoolId"] + "/tags", given)


class ScheduleGroup(Resource):
    TYPE = "AWS::Scheduler::ScheduleGroup"

    @classmethod
    def make(cls, given, account, region):
        backend = scheduler_backends[account][region]
        group = backend.create_schedule_group(given["Name"], [])
        return cls(given["Name"], {"Arn": group.arn}, lambda: backend.delete_schedule_group(given["Name"]))


class Budget(Resource):
    TYPE = "AWS::Budgets::Budget"

    @classmethod
    def make(cls, given, account, region):
        backend = budgets_backends[account]["aws"]
        name = given["Budget"]["BudgetName"]
        backend.create_budget(account, given["Budget"], given["NotificationsWithSubscribers"])
        return cls(name, undo=lambda: backend.delete_budget(account, name))


STAND_INS = (UserPool, UserPoolClient, UserPoolDomain, UserPoolGroup, IdentityPool, IdentityPoolRoleAttachment,
             IdentityPoolPrincipalTag, ScheduleGroup, Budget)

class Filled:
    """A template with its parameters and conditions filled in; what refers to resources stays as it is."""

    def __init__(self, template, parameters):
        self.template, self.resources = template, template.get("Resources", {})
        declared = template.get("Parameters", {})
        given = {n: parameters.get(n, d.get("Default")) for n, d in declared.items()}
        # moto splits some lists and leaves others as they were given.
        self.values = {n: ",".join(v) if isinstance(v, list) else str(v) for n, v in given.items()}

    def fill(self, value):
        if isinstance(value, list):
            return [self.fill(v) for v in value]
        if not isinstance(value, dict):
            return value
        if value.get("Ref") in self.values:
            return self.values[value["Ref"]]
        if "Fn::If" in value:
            condition, yes, no = value["Fn::If"]
            return self.fill(yes if self.holds({"Condition": condition}) else no)
        if isinstance(value.get("Fn::Sub"), str):
            return {"Fn::Sub": re.sub(r"\$\{(\w+)\}", lambda m: str(self.values.get(m[1], m[0])), value["Fn::Sub"])}
        return {k: self.fill(v) for k, v in value.items()}

    def holds(self, condition):
        (kind, given), = condition.items()
        if kind == "Condition":
            return self.holds(self.template["Conditions"][given])
        if kind == "Fn::Equals":
            return self.fill(given[0]) == self.fill(given[1])
        found = [self.holds(c) for c in given]
        return {"Fn::Not": not found[0], "Fn::And": all(found), "Fn::Or": any(found)}[kind]

    def properties(self, name):
        """A resource's properties, None if it is not made."""
        resource = self.resources.get(name)
        if resource is None or "Condition" in resource and not self.holds({"Condition": resource["Condition"]}):
            return None
        return self.fill(resource.get("Properties", {}))


def create_only(kind, properties):
    """The create-only properties of a resource that are set, by their pointers."""
    found = {}
    for pointer in PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("createOnlyProperties", []):
        value = properties
        for part in pointer.split("/")[2:]:
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            found[pointer] = value
    return found


def diff(self):
    """moto's change sets hold what differs in the template's text. A change of parameters is one of the resources that follow
    from them, and one of a create-only property replaces the resource."""
    changes = plain_diff(self)
    if self.change_set_type != "UPDATE":
        return changes
    old, new = Filled(self.stack.template_dict, self.stack.parameters), Filled(self.template_dict, self.parameters)
    changes = [c for c in changes if c.action != "Modify"]
    self.collisions = []
    for name in old.resources.keys() & new.resources.keys():
        kind, before, after = new.resources[name]["Type"], old.properties(name), new.properties(name)
        if before == after:
            continue
        if before is None or after is None:
            changes.append(Change("Remove" if after is None else "Add", name, kind))
            continue
        frozen, thawed = create_only(kind, before), create_only(kind, after)
        change = Change("Modify", name, kind)
        change.replacement = "True" if frozen != thawed else "False"
        changes.append(change)
        names = [p for p in frozen if re.search(r"Name$|/Domain$", p)]
        if frozen != thawed and (kind == "AWS::Cognito::UserPoolDomain" or names and all(frozen[p] == thawed.get(p) for p in names)):
            self.collisions.append(f"{name}: the replacement meets what it replaces (HandlerErrorCode: AlreadyExists)")
    return changes


def execute_change_set(self, change_set_name, stack_name=None):
    """moto computes no outputs for a stack made by a change set, and answers 500 where a resource cannot be made."""
    sets = [c for c in self.change_sets.values() if change_set_name in (c.change_set_id, c.change_set_name)]
    stack = self.stacks[sets[0].stack_id]
    for why in getattr(sets[0], "collisions", []):
        stack._add_stack_event("UPDATE_FAILED", resource_status_reason=why)
        stack.status = "UPDATE_ROLLBACK_COMPLETE"
        stack._add_stack_event("UPDATE_ROLLBACK_COMPLETE")
        return
    try:
        plainly(self, change_set_name, stack_name)
    except Exception as cause:  # pylint: disable=broad-except
        stack._add_stack_event("CREATE_FAILED", resource_status_reason=f"{cause}")
        stack.status = "ROLLBACK_COMPLETE"
        stack._add_stack_event("ROLLBACK_COMPLETE")
        return
    stack._parse_template()
    stack.output_map = stack._create_output_map()
    stack.parameters = sets[0].parameters


def describe_stack_resources(self):
    """moto finds a stack by its name only, and not by the physical ID of a resource."""
    wanted = self._get_param("PhysicalResourceId")
    for stack in self.cloudformation_backend.stacks.values():
        if stack.status != "DELETE_COMPLETE" and any(getattr(r, "physical_resource_id", "") == wanted for r in stack.stack_resources):
            return ActionResult({"StackResources": [{"PhysicalResourceId": wanted, "ResourceStatus": "CREATE_COMPLETE"}]})
    raise ValidationError(wanted)


def delete_resources(self):
    """moto knows the policy Retain, and not RetainExceptOnCreate."""
    for resource in self._resource_json_map.values():
        if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
            resource["DeletionPolicy"] = "Retain"
    delete_all(self)


def zone_id(*args, **kwargs):
    """Route 53's zone IDs begin with Z; moto's need not."""
    return "Z" + new_zone_id(*args, **kwargs)[1:]


def initiate_auth(self, *args, **kwargs):
    """Cognito's SECRET_BLOCK is base64, which clients sign over; moto's is not, and moto looks at no signature."""
    answer = begin_auth(self, *args, **kwargs)
    parameters = answer.get("ChallengeParameters", {})
    if "SECRET_BLOCK" in parameters:
        session = parameters["SECRET_BLOCK"]
        parameters["SECRET_BLOCK"] = base64.b64encode(session.encode()).decode()
        self.sessions[parameters["SECRET_BLOCK"]] = self.sessions[session]
    return answer


def revoke_token(self):
    """moto has no RevokeToken; nothing here asks afterwards whether a token still holds."""
    return "{}"


def set_identity_pool_roles(self):
    """moto has no SetIdentityPoolRoles; no sign-in follows it here."""
    return "{}"


CognitoIdentityResponse.set_identity_pool_roles = set_identity_pool_roles
CognitoIdpResponse.revoke_token = revoke_token
begin_auth, CognitoIdpBackend.initiate_auth = CognitoIdpBackend.initiate_auth, initiate_auth
CloudFormationResponse.describe_stack_resources = describe_stack_resources
delete_all, parsing.ResourceMap.delete = parsing.ResourceMap.delete, delete_resources
plain_diff, ChangeSet.diff = ChangeSet.diff, diff
plainly, CloudFormationBackend.execute_change_set = CloudFormationBackend.execute_change_set, execute_change_set
new_zone_id, route53.create_route53_zone_id = route53.create_route53_zone_id, zone_id
known = parsing.get_model_map()
for model in STAND_INS:
    if model.TYPE in known:
        sys.exit(f"moto knows {model.TYPE} by now: delete the stand-in for it")
    known[model.TYPE] = model
parsing.get_model_list().extend(STAND_INS)
print("not in moto's CloudFormation, stood in for:", ", ".join(m.TYPE for m in STAND_INS), flush=True)
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
