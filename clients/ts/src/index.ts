export { type BatchItem, type BatchPath, sendBatch } from "./batches.js";
export { createSavepointClient, type SavepointClient, type SavepointClientOptions } from "./client.js";
export {
  applyDelta,
  createDetector,
  type DetectionList,
  type DetectionMatch,
  type DetectionOptions,
  type DetectionOs,
  type Detector,
  loadDetectionList,
  normalisePath,
} from "./detection.js";
export { BATCH_LIMITS } from "./limits.js";
export {
  isProblem,
  type ProblemCode,
  ProblemError,
  type RetryAdvice,
  retryAdvice,
} from "./problems.js";
export type { Problem, Receipt, Rejection } from "./models.js";
export type { components, paths } from "./schema.js";
export { localTokenSource } from "./local.js";
export { localTimestamp } from "./times.js";
export { cachedTokenSource, type TokenSource } from "./tokens.js";
