import type { TrackingStatus } from '../../domain/tracking-status.ts';

/** How far an order is, as its customer sees it. The first five are steps, in their order. */
export const stages = ['received', 'preparing', 'ready', 'onTheWay', 'delivered', 'returned', 'canceled'] as const;
export type Stage = (typeof stages)[number];
/** What says nothing to a customer has no words. */
export type ToldStatus = Exclude<TrackingStatus, 'UNKNOWN' | 'EXPIRED' | 'CANCELLED'>;

export interface Words {
  title: string;
  hello: (name: string) => string;
  order: (id: string) => string;
  to: (city: string) => string;
  stages: Readonly<Record<Stage, string>>;
  /** Of an order that its customer fetches. */
  pickupStages: Readonly<Record<Stage, string>>;
  parcel: Readonly<Record<ToldStatus, string>>;
  expected: string;
  late: string;
  history: string;
  noHistory: string;
  steps: string;
  follow: (carrier: string) => string;
  help: string;
  carrier: string;
  notFound: { title: string; text: string };
  away: { title: string; text: string };
}

const en: Words = {
  title: 'Your order',
  hello: (name) => `Hello ${name}`,
  order: (id) => `Order ${id}`,
  to: (city) => `Goes to ${city}`,
  stages: {
    received: 'We have your order',
    preparing: 'We are preparing it',
    ready: 'Packed and ready to leave',
    onTheWay: 'On its way',
    delivered: 'Delivered',
    returned: 'Returned',
    canceled: 'Canceled',
  },
  pickupStages: {
    received: 'We have your order',
    preparing: 'We are preparing it',
    ready: 'Packed',
    onTheWay: 'Ready for you to collect',
    delivered: 'Collected',
    returned: 'Returned',
    canceled: 'Canceled',
  },
  parcel: {
    PRE_TRANSIT: 'The carrier has been told of it',
    PICKED_UP: 'The carrier has it',
    IN_TRANSIT: 'On its way',
    OUT_FOR_DELIVERY: 'Out for delivery',
    DELIVERY_ATTEMPTED: 'Nobody could take it; there will be another attempt',
    EXCEPTION: 'Something holds it up',
    AVAILABLE_FOR_PICKUP: 'Waits for you at a pickup point',
    DELIVERED: 'Delivered',
    RETURN_IN_PROGRESS: 'On its way back to the shop',
    RETURNED: 'Back at the shop',
  },
  expected: 'Expected',
  late: 'It is later than planned.',
  history: 'What happened so far',
  noHistory: 'Nothing yet. Look again later.',
  steps: 'Steps',
  follow: (carrier) => `Follow it at ${carrier}`,
  help: 'Help',
  carrier: 'the carrier',
  notFound: { title: 'There is no such page', text: 'The address is incomplete, or no longer valid.' },
  away: { title: 'Not now, please', text: 'This page cannot be shown at the moment. Try again in a minute.' },
};

const es: Words = {
  title: 'Tu pedido',
  hello: (name) => `Hola, ${name}`,
  order: (id) => `Pedido ${id}`,
  to: (city) => `Destino: ${city}`,
  stages: {
    received: 'Hemos recibido tu pedido',
    preparing: 'Lo estamos preparando',
    ready: 'Empaquetado y listo para salir',
    onTheWay: 'En camino',
    delivered: 'Entregado',
    returned: 'Devuelto',
    canceled: 'Cancelado',
  },
  pickupStages: {
    received: 'Hemos recibido tu pedido',
    preparing: 'Lo estamos preparando',
    ready: 'Empaquetado',
    onTheWay: 'Listo para que lo recojas',
    delivered: 'Recogido',
    returned: 'Devuelto',
    canceled: 'Cancelado',
  },
  parcel: {
    PRE_TRANSIT: 'El transportista ha sido avisado',
    PICKED_UP: 'El transportista lo tiene',
    IN_TRANSIT: 'En camino',
    OUT_FOR_DELIVERY: 'En reparto',
    DELIVERY_ATTEMPTED: 'No se pudo entregar; habrá otro intento',
    EXCEPTION: 'Hay una incidencia',
    AVAILABLE_FOR_PICKUP: 'Te espera en un punto de recogida',
    DELIVERED: 'Entregado',
    RETURN_IN_PROGRESS: 'Vuelve a la tienda',
    RETURNED: 'De vuelta en la tienda',
  },
  expected: 'Llegada prevista',
  late: 'Llegará más tarde de lo previsto.',
  history: 'Qué ha pasado hasta ahora',
  noHistory: 'Todavía nada. Vuelve a mirar más tarde.',
  steps: 'Pasos',
  follow: (carrier) => `Seguir en ${carrier}`,
  help: 'Ayuda',
  carrier: 'el transportista',
  notFound: { title: 'Esta página no existe', text: 'La dirección está incompleta o ya no es válida.' },
  away: { title: 'Ahora no es posible', text: 'Esta página no se puede mostrar. Inténtalo de nuevo en un minuto.' },
};

const pt: Words = {
  title: 'Seu pedido',
  hello: (name) => `Olá, ${name}`,
  order: (id) => `Pedido ${id}`,
  to: (city) => `Destino: ${city}`,
  stages: {
    received: 'Recebemos seu pedido',
    preparing: 'Estamos preparando',
    ready: 'Embalado e pronto para sair',
    onTheWay: 'A caminho',
    delivered: 'Entregue',
    returned: 'Devolvido',
    canceled: 'Cancelado',
  },
  pickupStages: {
    received: 'Recebemos seu pedido',
    preparing: 'Estamos preparando',
    ready: 'Embalado',
    onTheWay: 'Pronto para você retirar',
    delivered: 'Retirado',
    returned: 'Devolvido',
    canceled: 'Cancelado',
  },
  parcel: {
    PRE_TRANSIT: 'A transportadora foi avisada',
    PICKED_UP: 'Está com a transportadora',
    IN_TRANSIT: 'A caminho',
    OUT_FOR_DELIVERY: 'Saiu para entrega',
    DELIVERY_ATTEMPTED: 'Ninguém pôde receber; haverá nova tentativa',
    EXCEPTION: 'Houve um imprevisto',
    AVAILABLE_FOR_PICKUP: 'Espera por você em um ponto de retirada',
    DELIVERED: 'Entregue',
    RETURN_IN_PROGRESS: 'Voltando para a loja',
    RETURNED: 'De volta à loja',
  },
  expected: 'Previsão',
  late: 'Vai chegar mais tarde do que o previsto.',
  history: 'O que aconteceu até agora',
  noHistory: 'Nada ainda. Volte mais tarde.',
  steps: 'Etapas',
  follow: (carrier) => `Acompanhar em ${carrier}`,
  help: 'Ajuda',
  carrier: 'transportadora',
  notFound: { title: 'Esta página não existe', text: 'O endereço está incompleto ou não é mais válido.' },
  away: { title: 'Agora não é possível', text: 'Esta página não pode ser mostrada. Tente de novo em um minuto.' },
};

const languages = { en, es, pt } as const;
export type Language = keyof typeof languages;
export const wordsOf = (language: Language): Words => languages[language];

const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name);

/** The language that a browser likes best of those that there are (RFC 9110, 12.5.4); English where it likes none. */
export function pickLanguage(acceptLanguage: string | undefined): Language {
  const liked = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [range = '', weight = ''] = part.split(';');
      const quality = Number(/^\s*q=([\d.]+)\s*$/.exec(weight)?.[1] ?? 1);
      return { name: range.trim().split('-')[0]?.toLowerCase() ?? '', quality };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return liked.map(({ name }) => name).find(isLanguage) ?? 'en';
}
