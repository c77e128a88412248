import type { DescribedOperation, Format } from '../description.ts';
import { isNode, type Node } from '../documents.ts';
import { restJson } from '../smithy/json-form.ts';
import { type Operation, SmithyModel, shortName } from '../smithy/model.ts';
import { isSts, type Quirks, quirksOf } from '../smithy/quirks.ts';
import { restOperation } from '../smithy/rest.ts';
import { jsonOperation, queryOperation } from '../smithy/rpc.ts';
import { SmithySchemas } from '../smithy/schemas.ts';
import { restXml, XmlForm } from '../smithy/xml-form.ts';

/** A way to send an operation. */
type Send = (operation: Operation) => DescribedOperation;

/** What a protocol reads operations with. */
interface Service {
  readonly model: SmithyModel;
  readonly schemas: SmithySchemas;
  readonly quirks: Quirks;
}

/**
 * The ways in which an operation may be sent, by the protocol that the service has. Services that speak the query
 * protocol speak JSON too by now, and the vendor's own clients prefer it, whatever editions of their models say.
 */
const protocols: Readonly<Record<string, (service: Service, trait: Node) => readonly Send[]>> = {
  restXml: (service, trait) => {
    const xml = new XmlForm(service.model, service.schemas);
    const errors = xml.errors({
      bare: trait.noErrorWrapping === true,
      more: service.quirks.moreErrors,
      queryNames: false,
    });
    return [(operation) => restOperation(operation, { ...service, form: restXml(xml, errors) })];
  },
  restJson1: (service) => [
    (operation) => restOperation(operation, { ...service, form: restJson(service.schemas) }),
  ],
  awsJson1_0: ({ model, schemas }) => [(operation) => jsonOperation(operation, model, schemas, '1.0')],
  awsJson1_1: ({ model, schemas }) => [(operation) => jsonOperation(operation, model, schemas, '1.1')],
  awsQuery: ({ model, schemas }) => {
    const xml = new XmlForm(model, schemas);
    return [
      (operation) => queryOperation(operation, model, schemas, xml),
      (operation) => jsonOperation(operation, model, schemas, '1.0'),
    ];
  },
};

/** Models of AWS' services. */
export const format: Format = {
  name: 'Smithy 2.0',
  accepts: (document) => isNode(document) && String(document.smithy).startsWith('2.'),
  read(file, documents) {
    const document = documents.load(file);
    const model = new SmithyModel(isNode(document) ? document : {}, file);
    const service = { model, schemas: new SmithySchemas(model, documents, file), quirks: quirksOf(model) };
    const sends = Object.entries(protocols).flatMap(([name, read]) => {
      const trait = model.serviceTrait(`aws.protocols#${name}`);
      return isNode(trait) ? read(service, trait) : [];
    });
    if (sends.length === 0)
      throw new Error(`${file}: none of the protocols that are read (${Object.keys(protocols).join(', ')})`);
    const operations = model.operations();
    return {
      title: shortName(model.serviceId),
      servers: ['/'],
      arrange: service.quirks.arrange,
      isForeign: isSts,
      operations: sends.flatMap((send) => operations.map(send)),
    };
  },
};
