import { type ViewProps, useView } from "./useView";

interface Viewer3dProps extends ViewProps {
  /** What the view shows, for who cannot see it. */
  label: string;
}

/** A model in 3-D: drag to turn, pinch or scroll to come nearer, tap a brick. */
export default function Viewer3d({ label, ...props }: Viewer3dProps) {
  const { frame, canvas, drawn, ...on } = useView(props);
  return (
    <div className={drawn ? "fill solid drawn" : "fill solid"} ref={frame}>
      <canvas ref={canvas} tabIndex={0} role="application" aria-label={label} {...on} />
    </div>
  );
}
