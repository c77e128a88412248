/** Metrics: publishing, reading, finding. */
import { type Call, type Page, pages, read, unsafe } from '@im/core';
import type { Service } from '../client.ts';
import { checkData, checkDimensions, checkNamespace, checkQuestion } from '../limits.ts';
import { fromDatum, fromDimensionFilter, fromQuery, toMetricInfo, toPoints } from '../map.ts';
import type { Datum, MetricFilter, MetricInfo, MetricPoint, MetricQuestion } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_';

/** Operations on metrics. */
export function metricOperations(service: Service) {
  return {
    /**
     * Publishes up to 1,000 data. What is published twice counts twice, so it is never repeated: an outcome that is not
     * known is an error that says so.
     */
    putMetricData: unsafe(
      async (namespace: string, data: readonly Datum[], call: Call): Promise<void> => {
        checkData(namespace, data);
        const input = { Namespace: namespace, MetricData: data.map(fromDatum) };
        await service.send((sdk) => new sdk.PutMetricDataCommand(input), call);
      },
      { docs: `${docs}PutMetricData.html`, scopes: ['cloudwatch:PutMetricData'] },
    ),

    /**
     * Values of up to 500 queries, point by point. A query that failed fails the call, as does one whose result has no end.
     * Remarks of CloudWatch on a result (dropped values of an expression) are not given; `native()` has them.
     */
    getMetricData: pages(
      read(
        async (question: MetricQuestion, call: Call): Promise<Page<MetricPoint>> => {
          checkQuestion(question);
          const { queries, from, to, first, labelTimezone } = question;
          const input = {
            MetricDataQueries: queries.map(fromQuery),
            StartTime: new Date(from),
            EndTime: new Date(to),
            ScanBy: first === 'oldest' ? ('TimestampAscending' as const) : ('TimestampDescending' as const),
            ...(call.pageSize !== undefined && { MaxDatapoints: call.pageSize }),
            ...(labelTimezone !== undefined && { LabelOptions: { Timezone: labelTimezone } }),
            ...tokenOf(call),
          };
          const page = await service.send((sdk) => new sdk.GetMetricDataCommand(input), call);
          const hasMore = page.NextToken !== undefined;
          const items = (page.MetricDataResults ?? []).flatMap((result) => toPoints(result, hasMore));
          return { items, next: page.NextToken };
        },
        { docs: `${docs}GetMetricData.html`, scopes: ['cloudwatch:GetMetricData'] },
      ),
    ),

    /** Metrics with data of the last two weeks; a new one may take 15 minutes to appear. Pages are of 500. */
    listMetrics: pages(
      read(
        async (filter: MetricFilter | undefined, call: Call): Promise<Page<MetricInfo>> => {
          const { namespace, name, dimensions, isRecent, linkedAccounts } = filter ?? {};
          if (namespace !== undefined) checkNamespace(namespace);
          checkDimensions(
            Object.fromEntries(
              Object.entries(dimensions ?? {}).map(([key, value]) => [key, value === true ? 'any' : value]),
            ),
          );
          const input = {
            ...(namespace !== undefined && { Namespace: namespace }),
            ...(name !== undefined && { MetricName: name }),
            ...(dimensions !== undefined && { Dimensions: fromDimensionFilter(dimensions) }),
            ...(isRecent === true && { RecentlyActive: 'PT3H' as const }),
            ...(linkedAccounts !== undefined && { IncludeLinkedAccounts: true }),
            ...(typeof linkedAccounts === 'string' && { OwningAccount: linkedAccounts }),
            ...tokenOf(call),
          };
          const page = await service.send((sdk) => new sdk.ListMetricsCommand(input), call);
          const items = (page.Metrics ?? []).map((metric, index) =>
            toMetricInfo(metric, page.OwningAccounts?.[index]),
          );
          return { items, next: page.NextToken };
        },
        { docs: `${docs}ListMetrics.html`, scopes: ['cloudwatch:ListMetrics'] },
      ),
    ),
  };
}

function tokenOf({ cursor }: Call): { NextToken?: string } {
  return cursor === undefined ? {} : { NextToken: cursor };
}
