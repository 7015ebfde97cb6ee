"""Each step of the work is on one screen: how tall the tabs are, and that none of them is in the way of another."""

import unittest

import slicer
from slicer_setting import HOST, main, quiet
from test_panel import PanelCase

WIDTH, TALL = 500, 700  # pixels: a module panel of usual width, and what one step may take
MODULE = 660  # what Slicer's main window leaves to a module where the screen has 1050
PAGES = ("segmentPage", "reviewSection", "learningSection", "settingsSection")


def fill(case):
    """A session in the middle of its work: ``case`` is a PanelCase."""
    from AuxOLSegmentLib.Session.SliceBook import SliceState

    case.chooseAll()
    fake, session, volumeID = case.fake, case.session, case.volume.GetID()
    session.review = [fake.reviewItem(volumeID, at, 0.5 + 0.07 * at) for at in range(6)]
    session.corrections = [fake.correction(at, 0.70 + at / 100, 0.74 + at / 100, 0.8 + at / 100) for at in range(1, 9)]
    session.versions = [fake.version(at, current=at == 8) for at in range(1, 9)]
    session.sliceCounts = {SliceState.SAVED: 3, SliceState.EDITED: 1, SliceState.PROPOSED: 5}
    prompts = [fake.prompt(name, volumeID, at, f"Box on axial slice {at}") for at, name in enumerate("ab")]
    session.prompts.objects = prompts
    case.tell("prompts", "slices", "task", "learning", "propagation")


class TestThePanelFits(PanelCase):
    """Measured in pixels, at the width of a module panel."""

    def setUp(self):
        super().setUp()
        fill(self)
        self.window.resize(WIDTH + 20, TALL)
        self.window.show()
        self.addCleanup(self.window.hide)
        quiet(0.1)

    def tall(self, name):
        """What the page of a tab needs."""
        page = getattr(self.ui, name)
        self.ui.stepTabs.setCurrentIndex(PAGES.index(name))
        quiet(0.05)
        layout = page.layout()
        needed = layout.heightForWidth(WIDTH) if layout.hasHeightForWidth() else 0
        return max(needed, page.sizeHint.height(), page.minimumSizeHint.height())

    def test_no_tab_needs_more_than_a_screen(self):
        tall = {name: self.tall(name) for name in PAGES}
        self.assertEqual({name: height for name, height in tall.items() if not 200 < height <= TALL}, {})

    def test_with_the_choices_folded_marking_to_saving_fits_beside_the_data_probe(self):
        self.ui.inputsSection.collapsed = True
        top = self.ui.stepTabs.y + self.ui.stepTabs.tabBar().height
        self.assertLessEqual(top + self.tall("segmentPage"), MODULE)

    def test_no_tab_is_wider_than_a_narrow_panel(self):
        wide = {name: getattr(self.ui, name).minimumSizeHint.width() for name in PAGES}
        self.assertEqual({name: width for name, width in wide.items() if width > 400}, {})

    def test_status_and_engine_stay_above_the_tabs(self):
        for index in range(self.ui.stepTabs.count):
            self.ui.stepTabs.setCurrentIndex(index)
            quiet(0.02)
            for label in (self.ui.statusLabel, self.ui.engineLabel):
                self.assertTrue(label.isVisible())
                self.assertLess(label.y, self.ui.stepTabs.y)

    def test_nothing_that_happens_turns_a_tab(self):
        self.ui.stepTabs.setCurrentIndex(3)
        self.session.propagation = (True, 3, 9)
        self.session.message = ("No.", "error")
        self.tell("prompts", "slices", "task", "learning", "propagation", "engine", "message", "unreviewed")
        self.assertEqual(self.ui.stepTabs.currentIndex, 3)
        self.assertEqual(self.ui.stepTabs.tabText(1), "Review (6)")
        self.session.review = []
        self.tell("slices")
        self.assertEqual(self.ui.stepTabs.tabText(1), "Review")

    def test_keys_work_in_every_tab(self):
        from AuxOLSegmentLib.Panel import Shortcuts

        for index in range(self.ui.stepTabs.count):
            self.ui.stepTabs.setCurrentIndex(index)
            quiet(0.02)
            self.session.calls.clear()
            keys = self.panel.prompts.keys()
            for letter in (Shortcuts.BOX, Shortcuts.ACCEPT, Shortcuts.SAVE):
                keys[letter]()
            self.ui.boxButton.checked = False
            asked = [call[0] for call in self.session.calls]
            self.assertEqual([name for name in ("start", "accept", "save") if name not in asked], [])

    def test_the_list_of_prompts_is_as_tall_as_its_rows_and_bounded(self):
        heights = []
        for count in range(6):
            self.session.prompts.objects = [
                self.fake.prompt(str(at), self.volume.GetID(), at, f"Box {at}") for at in range(count)
            ]
            self.tell("prompts")
            quiet(0.02)
            heights.append(0 if self.ui.promptList.isHidden() else self.ui.promptList.height)
        row = heights[2] - heights[1]
        self.assertEqual(heights[0], 0)
        self.assertGreater(row, 10)
        self.assertEqual(heights[3:], [heights[2] + row] * 3)


class TestTheDataProbe(PanelCase):
    """It is the application's: touched on request, and given back."""

    def setUp(self):
        super().setUp()
        self.probe = slicer.util.findChild(slicer.util.mainWindow(), "DataProbeCollapsibleWidget")
        self.probe.collapsed = False

    def test_it_is_left_alone_unless_the_user_says_so(self):
        self.panel.exit()
        self.panel.enter()
        self.assertFalse(self.probe.collapsed)

    def test_it_is_folded_while_the_module_is_shown(self):
        self.ui.foldDataProbeCheckBox.click()
        self.assertTrue(self.probe.collapsed)
        self.panel.exit()
        self.assertFalse(self.probe.collapsed)
        self.panel.enter()
        self.assertTrue(self.probe.collapsed)
        self.ui.foldDataProbeCheckBox.click()
        self.assertFalse(self.probe.collapsed)

    def test_one_that_was_folded_before_stays_folded(self):
        self.probe.collapsed = True
        self.ui.foldDataProbeCheckBox.click()
        self.panel.exit()
        self.assertTrue(self.probe.collapsed)


class TestFolding(PanelCase):
    """What the user folded stays folded, and the editor shows its table when asked."""

    def test_what_was_folded_is_folded_in_the_next_session(self):
        self.chooseAll()
        self.ui.inputsSection.collapsed = True
        self.ui.editorSection.collapsed = True
        self.assertEqual(self.settings.closedSections, "inputs,editor")
        self.assertIn("CT, Segment, liver", self.ui.inputsSection.text)
        self.clean()
        slicer.mrmlScene.RemoveNode(self.parameters.parameterNode)
        import qt

        self.window = qt.QWidget()
        self.panel = self.makePanel(qt.QVBoxLayout(self.window))
        self.assertTrue(self.panel.ui.inputsSection.collapsed)
        self.assertFalse(self.panel.ui.promptsSection.collapsed)

    def test_the_editors_table_is_one_press_away_and_its_effects_always_there(self):
        chosen = slicer.util.findChild(self.panel.editor.widget, "SegmentsTableView").parent()
        self.assertTrue(chosen.isHidden())
        self.assertIn("Paint", self.panel.editor.widget.availableEffectNames())
        self.ui.wholeEditorCheckBox.click()
        self.assertFalse(chosen.isHidden())
        self.assertTrue(self.panel.editor.widget.maskingSectionVisible)
        self.ui.wholeEditorCheckBox.click()
        self.assertTrue(chosen.isHidden())


@unittest.skipIf(HOST is None, "grabs the widgets' pixels, which the host's Qt gives")
class TestStyles(PanelCase):
    """Colours come from the style: what is written can be read in a light and a dark one."""

    def setUp(self):
        super().setUp()
        from photographs import DARK, LIGHT, Photographer

        self.styles = (LIGHT, DARK)
        self.camera = Photographer(self.folder, lambda: self.panel)
        self.addCleanup(self.camera.done)
        fill(self)
        self.window.resize(WIDTH + 20, TALL)
        self.window.show()
        self.addCleanup(self.window.hide)

    def contrast(self, widget):
        """WCAG's ratio between the brightest and the darkest pixel."""
        from host.pythonqt.convert import to_real

        image = to_real(widget).grab().toImage()
        tones = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        bright = sorted({luminance(tone.redF(), tone.greenF(), tone.blueF()) for tone in tones})
        return (bright[-1] + 0.05) / (bright[0] + 0.05)

    def test_texts_can_be_read_in_both(self):
        names = {0: ("proposalLabel", "countsLabel", "taskLabel"), 1: ("reviewLabel",), 2: ("payoffLabel",)}
        for style in self.styles:
            self.camera.dress(style)
            self.panel.refresh()
            for tab, labels in names.items():
                self.ui.stepTabs.setCurrentIndex(tab)
                quiet(0.1)
                for name in (*labels, "statusLabel", "engineLabel"):
                    self.assertGreater(self.contrast(getattr(self.ui, name)), 4.5, f"{name} in {style}")

    def test_pictures_have_the_grounds_of_the_style(self):
        from host.pythonqt.convert import to_real

        self.ui.stepTabs.setCurrentIndex(2)
        seen = {}
        for style in self.styles:
            self.camera.dress(style)
            quiet(0.1)
            self.panel.refresh()
            ground = to_real(self.ui.curveLabel).grab().toImage().pixelColor(2, 60)
            seen[style] = luminance(ground.redF(), ground.greenF(), ground.blueF())
        self.assertGreater(seen["light"], 0.8)
        self.assertLess(seen["dark"], 0.1)


def luminance(*colours):
    """WCAG's relative luminance of a colour, each part 0..1."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colours]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


if __name__ == "__main__":
    main()
