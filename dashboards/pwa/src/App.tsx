import { Suspense, lazy, useEffect } from "react";
import { AskBar } from "./components/AskBar";
import { Drawer } from "./components/Drawer";
import { Header } from "./components/Header";
import { HistoryPanel } from "./components/HistoryPanel";
import { MainArea } from "./components/MainArea";
import { Notice } from "./components/Notice";
import { Sheet } from "./components/Sheet";
import { useFocusKept } from "./hooks/useFocusKept";
import { useLayout } from "./hooks/useLayout";
import { useStudio } from "./hooks/useStudio";
import { useTheme } from "./hooks/useTheme";
import { useUpdate } from "./hooks/useUpdate";
import { bricksInWords } from "./words";
import { isBusy } from "./work/state";

/** Fetched after the first screen, needed when there is a model to tell of. */
const fetchDetail = () => import("./components/ModelDetail");
const ModelDetail = lazy(fetchDetail);

/** Three columns at a desk, one on a phone with the detail as a sheet. */
export function App() {
  const studio = useStudio();
  const theme = useTheme();
  const update = useUpdate();
  const { model, work, token, history } = studio;
  const layout = useLayout(studio.selected);
  const busy = isBusy(work);
  const main = useFocusKept(`${model?.id} ${work.phase}`);
  useEffect(() => void fetchDetail().catch(() => undefined), []); // asked again when it is needed
  const panel = (
    <HistoryPanel
      cards={history.cards}
      current={model?.id ?? null}
      work={work}
      change={studio.origin?.change ?? ""}
      trouble={history.trouble}
      onOpen={(id) => layout.close(() => void studio.open(id))}
      onBusy={() => layout.close(() => studio.show(null))}
      onForget={studio.forget}
    />
  );
  const detail = model && (
    <Suspense fallback={null}>
      <ModelDetail
        model={model}
        selected={studio.selected}
        byLoad={studio.byLoad}
        vocabulary={studio.vocabulary}
        blocked={studio.blocked}
        onSelect={studio.select}
        onPaint={studio.setByLoad}
        onBuild={studio.buildAgain}
      />
    </Suspense>
  );
  return (
    <div className={model ? "app with-detail" : "app"}>
      <Header
        online={studio.online}
        signedIn={token.value !== null}
        dark={theme.dark}
        withHistory={!layout.historyColumn}
        onNew={studio.startAnew}
        onHistory={layout.openHistory}
        onTheme={theme.toggle}
        onSignOut={token.signOut}
      />
      {layout.historyColumn ? (
        <aside className="card history" aria-label="History">
          {panel}
        </aside>
      ) : (
        <Drawer title="History" open={layout.historyOpen} onClose={layout.closeHistory}>
          {panel}
        </Drawer>
      )}
      <main ref={main} tabIndex={-1}>
        {update.ready && (
          <Notice tone="plain">
            A newer legolab is here. <button onClick={update.take}>Reload</button>
          </Notice>
        )}
        <MainArea studio={studio} />
      </main>
      {model &&
        (layout.detailColumn ? (
          <aside className="card detail" aria-label="Details">
            {detail}
          </aside>
        ) : (
          <Sheet
            title={`${bricksInWords(model.bricks.length)}, parts and files`}
            open={layout.sheetOpen}
            onToggle={layout.toggleSheet}
          >
            {detail}
          </Sheet>
        ))}
      <AskBar form={studio.form} busy={busy} onAsk={studio.ask} onCancel={studio.cancel} />
    </div>
  );
}
