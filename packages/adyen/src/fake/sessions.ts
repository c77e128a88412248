/** Sessions and payment links, with the pages at which they are paid. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import {
  capturedOf,
  type FakeAccount,
  type FakeLink,
  type FakePayment,
  type FakeSession,
} from './account.ts';
import { encryptCard } from './cards.ts';
import { choose } from './outcomes.ts';
import { checkoutPage, choicePage, goTo } from './pages.ts';
import { startPayment } from './payments.ts';
import { amountOf, type Body, bodyOf, parse, refuse, textOf, type World } from './world.ts';

const hourMs = 3_600_000;

export function sessionRoutes(world: World) {
  const iso = (ms: number) => new Date(world.clock.now() + ms).toISOString();
  const show = ({ value, currency }: { readonly value: number; readonly currency: string }) =>
    `${value} ${currency}`;

  const statusOf = ({ payments, cancelled, expiresAt }: FakeSession): string => {
    if (payments.some(({ status }) => status === 'authorised')) return 'completed';
    if (payments.some(({ status }) => status === 'pending')) return 'paymentPending';
    if (cancelled) return 'canceled';
    if (Date.parse(expiresAt) <= world.clock.now()) return 'expired';
    return payments.length > 0 ? 'refused' : 'active';
  };

  /** Pays with a card that was chosen on a page. @returns where the shopper goes */
  const payOnPage = (
    account: FakeAccount,
    session: { readonly body: Body; readonly amount: FakeSession['amount'] },
    request: FakeRequest,
    note: (payment: FakePayment) => void,
    back: string,
  ): FakeResponse => {
    const fields = request.form();
    const number = fields.get('number') ?? '4111111111111111';
    const paymentMethod = encryptCard({ number, holderName: fields.get('holderName') ?? 'A. Shopper' });
    const known = new Set(account.payments.keys());
    const answer = startPayment(
      world,
      account,
      {
        ...session.body,
        returnUrl: back,
        paymentMethod,
        storePaymentMethod: session.body.storePaymentMethodMode === 'enabled',
      },
      session.amount,
    );
    for (const [psp, payment] of account.payments) if (!known.has(psp)) note(payment);
    const action = answer.action as { readonly url: string } | undefined;
    // On its own pages Adyen goes on by itself: the bank's page comes back here.
    return goTo(action?.url ?? back);
  };

  const linkShown = (account: FakeAccount, link: FakeLink): Body => {
    if (link.status === 'active' && Date.parse(link.expiresAt) <= world.clock.now()) link.status = 'expired';
    const { merchantAccount: _, ...body } = link.body;
    return {
      ...body,
      merchantAccount: account.merchantAccount,
      amount: link.amount,
      id: link.id,
      status: link.status,
      expiresAt: link.expiresAt,
      url: `${world.base}/fake/link/${account.tenant}/${link.id}`,
    };
  };
  const linkOf = (request: FakeRequest, account: FakeAccount) =>
    account.links.get(request.params.id ?? '') ?? refuse(422, '192', 'Invalid payment link ID');
  const backOf = (session: FakeSession) => {
    const url = new URL(session.returnUrl);
    url.searchParams.set('sessionId', session.id);
    url.searchParams.set('sessionResult', session.result);
    return url.href;
  };
  const sessionOf = (request: FakeRequest, account: FakeAccount) =>
    account.sessions.get(request.params.id ?? '') ?? refuse(422, '14_008', 'Session has expired');

  return {
    createSession: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount, 0);
      const reference =
        textOf(body.reference) ?? refuse(422, '130', "Required field 'reference' is not provided.");
      const returnUrl = textOf(body.returnUrl) ?? refuse(422, '14_030', 'Return URL is missing.');
      return { status: 201, json: addSession(world, account, body, { amount, reference, returnUrl }) };
    },
    sessionResult: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const session = sessionOf(request, account);
      if (request.query.get('sessionResult') !== session.result)
        return refuse(422, '14_018', 'Invalid payload provided');
      const paid = session.payments.filter(({ status }) => status === 'authorised' || status === 'pending');
      return {
        json: {
          id: session.id,
          status: statusOf(session),
          reference: session.reference,
          payments: paid.map(({ psp, amount, status, method }) => ({
            pspReference: psp,
            amount,
            resultCode: status === 'authorised' ? 'Authorised' : 'Pending',
            ...(status === 'authorised' && { paymentMethod: { type: 'scheme', brand: method } }),
          })),
        },
      };
    },
    createLink: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      if (textOf(body.reference) === undefined)
        return refuse(422, '130', "Required field 'reference' is not provided.");
      const expiresAt = textOf(body.expiresAt) ?? iso(24 * hourMs);
      if (Date.parse(expiresAt) > world.clock.now() + 70 * 24 * hourMs)
        return refuse(422, '14_0379', 'expiresAt is greater than the allowed date');
      return { status: 201, json: linkShown(account, addLink(world, account, body, { amount, expiresAt })) };
    },
    getLink: (request: FakeRequest, account: FakeAccount): FakeResponse => ({
      json: linkShown(account, linkOf(request, account)),
    }),
    expireLink: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const link = linkOf(request, account);
      if (parse(request).status !== 'expired') return refuse(422, '192', "Invalid field 'status'");
      if (link.status === 'active') link.status = 'expired';
      return { json: linkShown(account, link) };
    },

    checkout: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const session = sessionOf(request, account);
      return checkoutPage(request.path, show(session.amount), session.reference);
    },
    payCheckout: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const session = sessionOf(request, account);
      if (statusOf(session) !== 'active' && statusOf(session) !== 'refused') return goTo(backOf(session));
      return payOnPage(
        account,
        session,
        request,
        (payment) => session.payments.push(payment),
        backOf(session),
      );
    },
    cancelCheckout: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const session = sessionOf(request, account);
      session.cancelled = true;
      return goTo(backOf(session));
    },
    link: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const link = linkOf(request, account);
      return checkoutPage(request.path, show(link.amount), String(link.body.reference));
    },
    payLink: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const link = linkOf(request, account);
      if (link.status !== 'active') return refuse(422, '14_0385', 'PaymentLink is expired');
      const note = (payment: FakePayment) => {
        if (capturedOf(payment) > 0 || payment.status === 'authorised')
          link.status = link.body.reusable === true ? 'active' : 'completed';
      };
      return payOnPage(
        account,
        link,
        request,
        note,
        textOf(link.body.returnUrl) ?? `${world.base}/fake/thanks`,
      );
    },

    redirect: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const step =
        account.steps.get(request.params.token ?? '') ?? refuse(422, '14_008', 'Session has expired');
      return choicePage(request.path, show(step.amount), step.reference);
    },
    choose:
      (approved: boolean) =>
      (request: FakeRequest, account: FakeAccount): FakeResponse => {
        const step =
          account.steps.get(request.params.token ?? '') ?? refuse(422, '14_008', 'Session has expired');
        const url = new URL(step.returnUrl);
        for (const [name, value] of Object.entries(choose(step, approved))) url.searchParams.set(name, value);
        const isOnOwnPage = url.searchParams.has('sessionId');
        // Adyen's own pages finish what a shop would finish with the details.
        if (isOnOwnPage) step.payment ??= step.authorise(step.choice === 'approved');
        return goTo(url.href);
      },
  };
}

/** Opens a session. @returns it as it is answered */
export function addSession(
  world: World,
  account: FakeAccount,
  body: Body,
  { amount, reference, returnUrl }: Pick<FakeSession, 'amount' | 'reference' | 'returnUrl'>,
  id = `CS${world.psp()}`,
): Body {
  const expiresAt = textOf(body.expiresAt) ?? new Date(world.clock.now() + hourMs).toISOString();
  const session: FakeSession = {
    id,
    body,
    amount,
    reference,
    returnUrl,
    expiresAt,
    result: `result-of-${id}`,
    payments: [],
    cancelled: false,
  };
  account.sessions.set(id, session);
  const { channel: _, ...echo } = body;
  return {
    ...echo,
    merchantAccount: account.merchantAccount,
    id,
    amount,
    reference,
    returnUrl,
    expiresAt,
    mode: body.mode ?? 'embedded',
    ...(body.mode === 'hosted'
      ? { url: `${world.base}/fake/checkout/${account.tenant}/${id}` }
      : { sessionData: `session-data-of-${id}` }),
  };
}

export function addLink(
  world: World,
  account: FakeAccount,
  body: Body,
  { amount, expiresAt }: Pick<FakeLink, 'amount' | 'expiresAt'>,
  id = `PL${world.psp()}`,
): FakeLink {
  const link: FakeLink = { id, body, amount, expiresAt, status: 'active' };
  account.links.set(id, link);
  return link;
}
