"""Keys: a held one acts once, and the Draw effect has its own."""

import slicer
from slicer_setting import main, quiet
from test_panel import PanelCase


class TestKeysOfEffects(PanelCase):
    def setUp(self):
        super().setUp()
        self.panel.enter()
        self.addCleanup(self.panel.exit)
        window = slicer.util.mainWindow()
        ours = {"A", "X", "S", "Shift+A", "Shift+S"}
        found = window.findChildren("QShortcut") if window is not None else []
        self.keys = {str(each.key.toString()): each for each in found if str(each.key.toString()) in ours}

    def effect(self, name):
        self.panel.editor.node.SetActiveEffectName(name)
        quiet(0.05)

    def test_a_held_key_acts_once(self):
        self.assertEqual(sorted(self.keys), ["A", "S", "Shift+A", "Shift+S", "X"])
        self.assertEqual([name for name, key in self.keys.items() if key.autoRepeat], [])

    def test_while_draw_is_active_its_keys_are_its_own(self):
        self.effect("Draw")
        self.assertEqual(sorted(name for name, key in self.keys.items() if not key.enabled), ["A", "X"])
        self.effect("Paint")
        self.assertTrue(all(key.enabled for key in self.keys.values()))
        self.effect("Draw")
        self.effect("")
        self.assertTrue(all(key.enabled for key in self.keys.values()))

    def test_they_are_its_own_also_where_the_module_is_entered_with_it(self):
        self.effect("Draw")
        self.panel.shortcuts.remove()
        self.panel.shortcuts.install()
        names = {str(each.key.toString()): each for each in self.panel.shortcuts._shortcuts}
        self.assertFalse(names["A"].enabled or names["X"].enabled)
        self.assertTrue(names["S"].enabled)


if __name__ == "__main__":
    main()
