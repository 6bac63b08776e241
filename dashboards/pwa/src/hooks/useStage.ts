/** What a model is shown as: a picture while the rest loads, in 3-D, or as a drawing. */

import { lazy, useCallback, useEffect, useState } from "react";
import type { Model } from "../history/model";
import { useBlobUrl } from "./useBlobUrl";

export const Viewer3d = lazy(() => import("../viewer/Viewer3d"));

export interface Stage {
  kind: "picture" | "solid" | "drawing";
  /** Address of the picture. */
  picture: string | null;
  /** The packed model, for "solid". */
  packed: Blob;
  /** The 3-D view has been drawn: the picture may go. */
  drawn: boolean;
  /** Why there is a drawing where a 3-D view is expected, in words. */
  reason: string | null;
  onDrawn(): void;
  onMissing(reason: string): void;
}

const NOTHING = new Blob();

export function useStage(model: Model): Stage {
  const picture = useBlobUrl(model.files["preview.png"]);
  const packed = model.files["model.mpd"];
  const [drawnId, setDrawnId] = useState<string | null>(null);
  const [missing, setMissing] = useState<string | null>(null);
  useEffect(() => setMissing(null), [model.id]);
  const onDrawn = useCallback(() => setDrawnId(model.id), [model.id]);

  let kind: Stage["kind"] = "picture";
  if (missing !== null) kind = "drawing";
  else if (packed) kind = "solid";
  else if (model.complete || !picture) kind = "drawing"; // nothing to show in 3-D has come, or will
  return {
    kind,
    picture,
    packed: packed ?? NOTHING,
    drawn: drawnId === model.id,
    reason: missing,
    onDrawn,
    onMissing: setMissing,
  };
}
