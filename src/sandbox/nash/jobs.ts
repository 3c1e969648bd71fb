import { makeId } from '../make-id.ts';
import type { SandboxContext } from '../context.ts';
import type { NashAnswers } from './answers.ts';
import type { Catalog } from './catalog.ts';
import { isPicked, isPickedUp, isTerminal, pathFor, stepsTo, type DeliveryStatus } from './delivery-path.ts';
import type { JobFields } from './job-schema.ts';
import { toJobBody, toTaskStatus, type Job, type Task } from './job-view.ts';
import { NashRefusal, missing } from './nash-refusal.ts';
import { refuseBadFields, refuseMissingAddress, withChanges, withStoredSubstitutions } from './order-rules.ts';
import type { Orders } from './orders.ts';
import type { PickInstructions } from './pick-instructions.ts';
import { pickOrder } from './picker.ts';
import type { Webhooks } from './webhooks.ts';

export interface Jobs {
  /** Makes a job of an order and sets a courier on its way. */
  dispatch(orderId: string): Job;
  /** By `job_` id; 404 without one. */
  get(id: string): Job;
  /** By either; an update's path takes both. */
  find(id: string): Job;
  /** The latest job with the identifier; 404 without one. */
  getByExternalIdentifier(externalIdentifier: string): Job;
  list(): Job[];
  /** Until picking has finished or the attempt is over; 409 `INVALID_STATE_TRANSITION` after that. */
  update(job: Job, changes: JobFields): Job;
  /** Until the goods are picked up; 409 `INVALID_STATE_TRANSITION` after that, and the second time. */
  cancel(job: Job): Job;
  /** Takes the delivery to a status, through those in between; `direct` says only the one, whatever came before. */
  advance(job: Job, to: DeliveryStatus, options?: { direct?: boolean }): Job;
  /** The courier gives up (`canceled_by_provider`, or another status) and a new attempt starts: new task, new delivery. */
  reassign(job: Job, status: DeliveryStatus): Job;
  /** The organisation's own fleet says that the delivery is so far. */
  report(job: Job, status: DeliveryStatus): Job;
  /** The courier is there now (`courier_location.updated`). */
  locate(job: Job, place: { lat: number; lng: number }): Job;
  /** How to pick an order; for one that is picked already it changes nothing. */
  instruct(instructions: PickInstructions): void;
  stop(): void;
}

interface JobsDeps {
  context: SandboxContext;
  orgId: string;
  orders: Orders;
  catalog: Catalog;
  webhooks: Webhooks;
  answers: NashAnswers;
  stamp: () => number;
}

export function createJobs({ context, orgId, orders, catalog, webhooks, answers, stamp }: JobsDeps): Jobs {
  const jobs = new Map<string, Job>();
  const latest = new Map<string, Job>();
  const instructions = new Map<string, PickInstructions>();
  const walks = new Map<string, () => void>();
  const note = (job: Job, effect: string): void =>
    context.books.addEffect(orgId, job.externalIdentifier ?? job.orderId, effect);

  const rename = (job: Job, externalIdentifier: string | null): void => {
    if (job.externalIdentifier === externalIdentifier) return;
    if (job.externalIdentifier !== null && latest.get(job.externalIdentifier) === job) {
      latest.delete(job.externalIdentifier);
    }
    job.externalIdentifier = externalIdentifier;
    if (externalIdentifier !== null) latest.set(externalIdentifier, job);
  };

  const emit = (job: Job, task: Task, type: 'delivery' | 'task' | 'courier_location', event: string): void => {
    const tags = [job.id, task.id, task.delivery.id, job.orderId];
    webhooks.emit({ type, event, data: toJobBody(job, answers.spelling), tags });
  };

  const setTaskStatus = (job: Job, task: Task, status: string): void => {
    if (task.status === status) return;
    task.status = status;
    emit(job, task, 'task', status);
  };

  /** Half the bag while picking goes on, all of it once picking is done or, by a later status, must have been. */
  const pick = (job: Job, task: Task, from: DeliveryStatus, to: DeliveryStatus): void => {
    const half = to === 'items_pick_update';
    if (!job.picksItems || isPicked(from) || !(half || isPicked(to))) return;
    const told = instructions.get(job.externalIdentifier ?? '');
    const tools = { catalog, seed: context.seed, outcome: context.picker.outcome, now: context.now };
    const picked = told?.rows?.map((verbatim) => ({ verbatim })) ?? pickOrder(job.fields, told, tools);
    task.delivery.picked = half ? picked.slice(0, Math.floor(picked.length / 2)) : picked;
  };

  const setStatus = (job: Job, task: Task, status: DeliveryStatus): void => {
    const { delivery } = task;
    pick(job, task, delivery.status, status);
    delivery.status = status;
    delivery.statusHistory.push({ status, at: stamp() });
    delivery.isActive = !isTerminal(status);
    setTaskStatus(job, task, toTaskStatus(status, task.status));
    emit(job, task, 'delivery', status);
  };

  const addTask = (job: Job): void => {
    const task: Task = {
      id: makeId('tsk'),
      createdAt: stamp(),
      status: 'created',
      delivery: { id: makeId('dlv'), status: 'created', statusHistory: [], isActive: true, picked: undefined },
    };
    job.tasks.push(task);
    emit(job, task, 'task', 'created');
    setStatus(job, task, 'created');
    walk(job);
  };

  /** One step at a time until the attempt is over, unless it is moved by hand. */
  const walk = (job: Job): void => {
    if (context.picker.mode === 'manual') return;
    const stop = context.timers.after(context.picker.stepMs, () => {
      const task = currentTask(job);
      const path = pathFor(job.picksItems);
      const next = path[path.indexOf(task.delivery.status) + 1];
      walks.delete(job.id);
      if (next === undefined || !path.includes(task.delivery.status)) return;
      setStatus(job, task, next);
      walk(job);
    });
    walks.set(job.id, stop);
  };

  const advance: Jobs['advance'] = (job, to, { direct = false } = {}) => {
    const task = currentTask(job);
    for (const step of direct ? [to] : stepsTo(task.delivery.status, to, job.picksItems)) setStatus(job, task, step);
    return job;
  };

  return {
    dispatch(orderId) {
      const id = makeId('job');
      const order = orders.dispatch(orderId, id);
      const { fields } = order;
      const job: Job = {
        id,
        createdAt: stamp(),
        orderId: order.id,
        externalIdentifier: fields.externalId ?? null,
        shortReferenceCode: String(jobs.size).padStart(7, '0'),
        configurationId: makeId('cfg'),
        packageId: makeId('pkg'),
        pickupStoreLocationId: order.pickupStoreLocationId,
        picksItems: fields.requirements?.includes('pick_and_pack') ?? false,
        fields,
        tasks: [],
      };
      jobs.set(id, job);
      if (job.externalIdentifier !== null) latest.set(job.externalIdentifier, job);
      note(job, 'job.created');
      addTask(job);
      return job;
    },
    get(id) {
      const job = jobs.get(id);
      if (job === undefined) throw missing('job', id);
      return job;
    },
    find(id) {
      const job = jobs.get(id) ?? latest.get(id);
      if (job === undefined) throw missing('job', id);
      return job;
    },
    getByExternalIdentifier(externalIdentifier) {
      const job = latest.get(externalIdentifier);
      if (job === undefined) throw missing('job', externalIdentifier);
      return job;
    },
    list: () => [...jobs.values()],
    update(job, changes) {
      const { status } = currentTask(job).delivery;
      if (isTerminal(status) || isPicked(status)) {
        throw new NashRefusal(409, 'INVALID_STATE_TRANSITION', `The delivery is ${status} and cannot be updated`);
      }
      const fields = withChanges(job.fields, changes);
      // Seen of orders; that jobs do the same is an assumption on the careful side, their documents do not say.
      if (changes.items !== undefined && changes.items !== null)
        fields.items = withStoredSubstitutions(job.fields, changes.items);
      // The store was named by the merchant's id, which Nash's own id replaces.
      if (typeof changes.pickupStoreLocationId === 'string') fields.pickupExternalStoreLocationId = null;
      refuseBadFields(fields);
      refuseMissingAddress(fields);
      if (answers.jobUpdate === 'ignored') return job;
      job.fields = fields;
      job.pickupStoreLocationId = changes.pickupStoreLocationId ?? job.pickupStoreLocationId;
      rename(job, fields.externalId ?? null);
      note(job, 'job.updated');
      return job;
    },
    cancel(job) {
      const { status } = currentTask(job).delivery;
      if (isTerminal(status) || isPickedUp(status)) {
        throw new NashRefusal(409, 'INVALID_STATE_TRANSITION', `The delivery is ${status} and cannot be canceled`);
      }
      note(job, 'job.canceled');
      return advance(job, 'canceled_by_merchant', { direct: true });
    },
    advance(job, to, options) {
      walks.get(job.id)?.();
      advance(job, to, options);
      walk(job);
      return job;
    },
    reassign(job, status) {
      walks.get(job.id)?.();
      advance(job, status, { direct: true });
      note(job, 'job.reassigned');
      addTask(job);
      return job;
    },
    report(job, status) {
      walks.get(job.id)?.();
      note(job, `delivery.${status}`);
      return advance(job, status, { direct: true });
    },
    locate(job, place) {
      const task = currentTask(job);
      task.delivery.place = place;
      emit(job, task, 'courier_location', 'updated');
      return job;
    },
    instruct: (told) => void instructions.set(told.externalId, told),
    stop() {
      for (const stopWalk of walks.values()) stopWalk();
    },
  };
}

/** The attempt that counts: the last one. A job has at least one from its first moment on. */
export function currentTask(job: Job): Task {
  const task = job.tasks.at(-1);
  if (task === undefined) throw new Error(`job ${job.id} has no task`);
  return task;
}
