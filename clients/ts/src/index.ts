export {
  type BatchItem,
  type BatchPath,
  type Receipt,
  type Rejection,
  sendBatch,
} from "./batches.js";
export { createSavepoint, type Savepoint, type SavepointOptions } from "./client.js";
export {
  applyDelta,
  createDetector,
  type Detected,
  type DetectionList,
  type DetectionOptions,
  type DetectionOs,
  type Detector,
  loadDetectionList,
  normalisePath,
} from "./detection.js";
export { LIMITS } from "./limits.js";
export {
  isProblem,
  type Problem,
  type ProblemCode,
  ProblemError,
  type Retry,
  retryOf,
} from "./problems.js";
export type { components, paths } from "./schema.js";
export { localToken } from "./local.js";
export { localTime } from "./times.js";
export { cachedToken, type TokenSource } from "./tokens.js";
