/** Security Token Service: who one is, and sessions of a role. */
import type { FakeAccounts, FakeSession } from './accounts.ts';
import { fault } from './protocols.ts';
import type { QueryService } from './service.ts';
import type { XmlValue } from './xml.ts';

const xmlns = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The service. `AssumeRole` gives sessions of a role of the same account to whoever has its access key. */
export function stsService(accounts: FakeAccounts): QueryService {
  return {
    service: 'sts',
    kind: 'query',
    xmlns,
    operations: {
      GetCallerIdentity: (_input, { principal }) => ({
        Arn: principal.arn,
        UserId: 'AIDAIMFAKE',
        Account: principal.account.accountId,
      }),
      AssumeRole(input, { principal }) {
        const { account } = principal;
        const [roleArn, name] = [input.text('RoleArn') ?? '', input.text('RoleSessionName') ?? ''];
        if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw fault('ValidationError', 'RoleSessionName is not valid.');
        const isAllowed = roleArn === account.roleArn && !principal.arn.includes(':assumed-role/');
        if (!isAllowed) {
          const says = `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
          throw fault('AccessDenied', says, { status: 403 });
        }
        const seconds = Number(input.text('DurationSeconds') ?? 3_600);
        if (!(seconds >= 900 && seconds <= 43_200))
          throw fault('ValidationError', 'DurationSeconds is not valid.');
        return sessionOf(accounts.issueSession(account, name, seconds), roleArn);
      },
    },
    unsigned: {
      AssumeRoleWithWebIdentity(input) {
        const roleArn = input.text('RoleArn') ?? '';
        const account = accounts.byId(roleArn.split(':')[4] ?? '');
        if (account?.roleArn !== roleArn)
          throw fault('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', {
            status: 403,
          });
        if (input.text('WebIdentityToken') !== account.webIdentityToken)
          throw fault('InvalidIdentityToken', 'The token could not be validated.');
        const name = input.text('RoleSessionName') ?? '';
        const seconds = Number(input.text('DurationSeconds') ?? 3_600);
        return sessionOf(accounts.issueSession(account, name, seconds), roleArn);
      },
    },
  };
}

function sessionOf(session: FakeSession, roleArn: string): XmlValue {
  return {
    AssumedRoleUser: { AssumedRoleId: `AROAIMFAKE:${roleArn}`, Arn: session.arn },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt).toISOString(),
    },
  };
}
