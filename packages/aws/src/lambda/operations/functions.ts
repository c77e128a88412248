/** Functions, their versions and aliases, as they are set up. */
import { type Call, type Page, pages, read } from '@im/core';
import { promised, within } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { checkName, qualifierOf, toAlias, toDetails, toInfo } from '../map.ts';
import type { AliasInfo, FunctionDetails, FunctionInfo } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/lambda/latest/api/API_';

/** Most functions that Lambda gives at once, whatever it is asked for. */
const largestPage = 50;
/** Most that it lets itself be asked for. */
const largestAsked = 10_000;

/** Operations on functions; `name` is a function's name or ARN. */
export function functionOperations(service: Service) {
  return {
    getFunction: read(
      async (
        name: string,
        options: { readonly qualifier?: string } | undefined,
        call: Call,
      ): Promise<FunctionDetails> => {
        const input = { FunctionName: checkName(name), ...qualifierOf(options?.qualifier) };
        return toDetails(await service.send((lambda) => new lambda.GetFunctionCommand(input), call));
      },
      { docs: `${docs}GetFunction.html`, scopes: ['lambda:GetFunction', 'lambda:ListTags'] },
    ),

    /** The functions of this account and region, as they are now: `$LATEST` of each. Up to 50 come at once. */
    listFunctions: pages(
      read(
        async (call: Call): Promise<Page<FunctionInfo>> => {
          const page = await service.send((lambda) => new lambda.ListFunctionsCommand(pageOf(call)), call);
          return { items: promised(page.Functions, 'Functions').map(toInfo), next: page.NextMarker };
        },
        { docs: `${docs}ListFunctions.html`, scopes: ['lambda:ListFunctions'] },
      ),
    ),

    /** Versions of a function, `$LATEST` first. Up to 50 come at once. */
    listVersions: pages(
      read(
        async (name: string, call: Call): Promise<Page<FunctionInfo>> => {
          const input = { FunctionName: checkName(name), ...pageOf(call) };
          const page = await service.send((lambda) => new lambda.ListVersionsByFunctionCommand(input), call);
          return { items: promised(page.Versions, 'Versions').map(toInfo), next: page.NextMarker };
        },
        { docs: `${docs}ListVersionsByFunction.html`, scopes: ['lambda:ListVersionsByFunction'] },
      ),
    ),

    /** Aliases of a function. */
    listAliases: pages(
      read(
        async (name: string, call: Call): Promise<Page<AliasInfo>> => {
          const input = { FunctionName: checkName(name), ...pageOf(call) };
          const page = await service.send((lambda) => new lambda.ListAliasesCommand(input), call);
          return { items: promised(page.Aliases, 'Aliases').map(toAlias), next: page.NextMarker };
        },
        { docs: `${docs}ListAliases.html`, scopes: ['lambda:ListAliases'] },
      ),
    ),
  };
}

function pageOf(call: Call) {
  return {
    MaxItems: within('pageSize', call.pageSize ?? largestPage, 1, largestAsked),
    ...(call.cursor !== undefined && { Marker: call.cursor }),
  };
}
