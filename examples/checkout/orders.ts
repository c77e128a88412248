/** What customers ordered, and the names under which it is paid: an order is the shop's, a payment the processor's. */
import { randomUUID } from 'node:crypto';
import { addMoney, type Money, type Payment } from '@im/payments';

/** Something for sale. */
export interface Product {
  readonly id: string;
  readonly title: string;
  readonly price: Money;
}

/** One order. */
export interface Order {
  readonly id: string;
  readonly product: Product;
  readonly quantity: number;
  readonly amount: Money;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How often paying was begun: a declined payment is over, and another card is another payment. */
  attempt: number;
  /** As it was last seen. It only ever goes forward, whoever saw it: the customer's return or a webhook. */
  payment?: Payment | undefined;
}

/** The orders of one shop, newest last. */
export interface Orders {
  place(product: Product, quantity: number): Order;
  get(id: string): Order | undefined;
  list(): readonly Order[];
  /** Writes down what is known of the payment with this reference. A payment of an earlier attempt changes nothing. */
  learn(payment: Payment): void;
}

/** The processor knows an order by this: the order, and which attempt at paying it. */
export function referenceOf(order: Order): string {
  return `${order.id}.${order.attempt}`;
}

/** Makes an empty list. */
export function createOrders(now: () => number): Orders {
  const orders = new Map<string, Order>();
  return {
    place: (product, quantity) => {
      const amount = Array.from({ length: quantity - 1 }).reduce<Money>(
        (sum) => addMoney(sum, product.price),
        product.price,
      );
      // A letter in front: a reference of digits alone could be mistaken for the number of a card.
      const id = `o-${randomUUID().slice(0, 13)}`;
      const order: Order = { id, product, quantity, amount, at: now(), attempt: 1 };
      orders.set(id, order);
      return order;
    },
    get: (id) => orders.get(id),
    list: () => [...orders.values()],
    learn: (payment) => {
      const order = orders.get(payment.reference.split('.')[0] ?? '');
      if (order !== undefined && referenceOf(order) === payment.reference) order.payment = payment;
    },
  };
}
