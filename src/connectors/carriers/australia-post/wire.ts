import * as z from 'zod';
import { ListOf, Text } from '../wire-values.ts';

const ArticleSchema = z.object({
  article_id: Text,
  status: Text,
  events: ListOf(z.object({ description: Text, date: Text, location: Text })),
});
export type WireArticle = z.infer<typeof ArticleSchema>;

const ResultSchema = z.object({
  tracking_id: z.string().min(1),
  status: Text,
  errors: ListOf(z.object({ code: Text })),
  /** An article, or a consignment with its articles inside. */
  trackable_items: ListOf(ArticleSchema.extend({ items: ListOf(ArticleSchema) })),
});
export type WireResult = z.infer<typeof ResultSchema>;

/** `GET /shipping/v1/track`. */
export const TrackReplySchema = z.object({
  tracking_results: z.array(z.unknown()).transform((list) => ListOf(ResultSchema).parse(list)),
});
